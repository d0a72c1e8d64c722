import { messageOf } from '../errors.js';

export type { Dataset, File as H5File, OutputData } from 'h5wasm/node';

/** The HDF5 library (compiled to WebAssembly), ready for use; paths are those of the machine. Loaded here: reader threads seldom need it. */
export async function loadH5(): Promise<typeof import('h5wasm/node')> {
  const library = await import('h5wasm/node');
  const module = await library.ready;
  // Without it a failed write, on a full disk for one, is silent.
  module.activate_throwing_error_handler();
  return library;
}

/** What the library failed with, in few words: the system's own message where its stack of errors has one. */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  const system = /error message = '([^']+)'/.exec(message)?.[1];
  const first = /\(\): (.*?) major:/.exec(message)?.[1];
  return system ?? first ?? message.slice(0, 160);
}
