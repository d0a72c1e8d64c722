import fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InputError, messageOf } from '../../errors.js';

export type { Dataset, File as H5File, Metadata, OutputData } from 'h5wasm/node';

const require = createRequire(import.meta.url);

type Library = typeof import('h5wasm/node');

let current: Promise<Library> | undefined;
/** How often the library of this thread has broken off in the middle of its work. */
let stops = 0;

/** The HDF5 library (compiled to WebAssembly), ready for use; paths are those of the machine. Loaded here: reader threads seldom need it. */
export function loadH5(): Promise<Library> {
  current ??= load();
  return current;
}

async function load(): Promise<Library> {
  // Another address is another copy: of one that broke off nothing can be trusted.
  const library: Library =
    stops === 0
      ? await import('h5wasm/node')
      : await import(`${import.meta.resolve('h5wasm/node')}?${stops}`);
  const module = await library.ready;
  // Without it a failed write, on a full disk for one, is silent.
  module.activate_throwing_error_handler();
  // Compiled for this library and read when a file needs one. The machine's own plugins, where the library would look, are native code.
  while (module.get_plugin_search_paths().length > 0) module.remove_plugin_search_path(0);
  module.insert_plugin_search_path(join(dirname(require.resolve('h5wasm-plugins')), 'plugins'), 0);
  return library;
}

/**
 * What the library failed with, in few words: the system's own message where its stack of errors has one, else what it was
 * asked for and the cause, which is the last of the stack.
 */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  const system = /error message = '([^']+)'/.exec(message)?.[1];
  const stack = Array.from(message.matchAll(/\(\): (.*?) major:/g), ([, reason]) => reason!);
  const [first, last] = [stack[0], stack.at(-1)];
  const brokeOff = isBreak(error) ? 'it breaks off: the bytes are damaged' : undefined;
  return brokeOff ?? system ?? (first === last ? first : `${first}: ${last}`) ?? message.slice(0, 160);
}

/**
 * Runs what calls the library, whose errors have no file in them. Throws InputError: the file, what was read, the library's reason.
 * A library that broke off (a plugin met bytes that it does not expect) is not asked again: the next loadH5() gives another one.
 */
export function asInput<T>(path: string, what: string, run: () => T): T {
  try {
    return withoutStandardError(run);
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (isBreak(error)) {
      stops++;
      current = undefined;
    }
    throw new InputError(path, `${what}: the HDF5 library cannot read it (${reasonOf(error)})`, {
      cause: error,
    });
  }
}

/** A fault of the compiled code itself; the library's own errors are others. Its class has no type without a browser's. */
function isBreak(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}

/** For what keeps a file of the library open: a function that throws InputError once this library has broken off. */
export function aliveCheck(path: string): () => void {
  const before = stops;
  return () => {
    if (stops !== before)
      throw new InputError(path, 'the HDF5 library broke off at a damaged file; open this file again');
  };
}

/** One that broke off closes nothing. */
export function closeFile(file: { close(): unknown }): void {
  try {
    file.close();
  } catch (error) {
    if (!isBreak(error)) throw error;
  }
}

/** What the library throws says enough. It prints, too: by fs.writeSync past the thread's own stderr, and by the console. */
export function withoutStandardError<T>(run: () => T): T {
  const { writeSync } = fs;
  const { stderr } = process;
  const { write } = stderr;
  fs.writeSync = ((fd: number, data: Uint8Array, offset: number, length: number, ...rest: []) =>
    fd === 2 ? length : writeSync(fd, data, offset, length, ...rest)) as typeof writeSync;
  stderr.write = () => true;
  try {
    return run();
  } finally {
    fs.writeSync = writeSync;
    stderr.write = write;
  }
}
