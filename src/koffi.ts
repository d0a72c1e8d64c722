import { createRequire } from 'node:module';
import type Koffi from 'koffi';

export type { LibraryHandle } from 'koffi';

/** Stack of koffi's threads: TensorFlow optimises a function's graph on the calling thread, and koffi's default is 128 KiB. */
const ASYNC_STACK_BYTES = 8 * 2 ** 20;

let library: typeof Koffi | undefined;

/** Calls of C libraries. Loaded by the first use: an import of voxlab alone needs none, and this one takes 6 MB. */
export function koffi(): typeof Koffi {
  if (library === undefined) {
    library = createRequire(import.meta.url)('koffi') as typeof Koffi;
    // koffi takes its settings before the first C library.
    library.config({ ...library.config(), async_stack_size: ASYNC_STACK_BYTES });
  }
  return library;
}
