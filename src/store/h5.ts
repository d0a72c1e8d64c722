import * as library from 'h5wasm/node';

export type { Dataset, File as H5File, OutputData } from 'h5wasm/node';

/** The HDF5 library (compiled to WebAssembly), ready for use; paths are those of the machine. */
export async function loadH5(): Promise<typeof library> {
  const module = await library.ready;
  // Without it a failed write, on a full disk for one, is silent.
  module.activate_throwing_error_handler();
  return library;
}
