import { createRequire } from 'node:module';
import type Koffi from 'koffi';
import { EnvironmentError } from './errors.js';

export type { LibraryHandle } from 'koffi';

/** Stack of koffi's threads: TensorFlow optimises a function's graph on the calling thread, and koffi's default is 128 KiB. */
const ASYNC_STACK_BYTES = 8 * 2 ** 20;

let library: typeof Koffi | undefined;

/**
 * Calls of C libraries. Loaded by the first use: an import of voxlab alone needs none, and this one takes 6 MB.
 * Throws EnvironmentError where another program in this process has loaded a library with it before, and with less stack.
 */
export function koffi(): typeof Koffi {
  if (library === undefined) {
    const loaded = createRequire(import.meta.url)('koffi') as typeof Koffi;
    giveStack(loaded);
    library = loaded;
  }
  return library;
}

/** koffi takes its settings before the first C library alone. */
function giveStack(loaded: typeof Koffi): void {
  const settings = loaded.config();
  if (Number(settings.async_stack_size) >= ASYNC_STACK_BYTES) return;
  try {
    loaded.config({ ...settings, async_stack_size: ASYNC_STACK_BYTES });
  } catch (error) {
    throw new EnvironmentError(
      `koffi has loaded a C library before voxlab's first use of it, and gives its threads ${settings.async_stack_size} bytes of stack; TensorFlow needs ${ASYNC_STACK_BYTES}: before your first koffi.load(), call koffi.config({ ...koffi.config(), async_stack_size: ${ASYNC_STACK_BYTES} })`,
      { cause: error },
    );
  }
}
