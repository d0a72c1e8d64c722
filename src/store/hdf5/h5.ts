import fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { messageOf } from '../../errors.js';

export type { Dataset, File as H5File, Metadata, OutputData } from 'h5wasm/node';

const require = createRequire(import.meta.url);

export type Library = typeof import('h5wasm/node');

let current: Promise<Library> | undefined;

/**
 * The HDF5 library (compiled to WebAssembly), ready for use; paths are those of the machine. In this thread: for files that are
 * written. Others' files are read by openH5(), in a thread that they may break.
 */
export function loadH5(): Promise<Library> {
  current ??= load();
  return current;
}

async function load(): Promise<Library> {
  const library: Library = await import('h5wasm/node');
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

/** A fault of the compiled code itself; the library's own errors are others. Its class has no type without a browser's. */
export function isBreak(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}

const STDERR = 2;

/**
 * Runs what calls the library, which writes by fs.writeSync: to files, and past the thread's own stderr, where it prints by the
 * console, too, what it throws anyway. That goes nowhere. Where the system refuses a write, what the library throws may have no
 * word of it: the system's own error is thrown.
 */
export function callH5<T>(call: () => T): T {
  const { writeSync } = fs;
  const { stderr } = process;
  const { write } = stderr;
  let refusal: unknown;
  fs.writeSync = ((fd: number, data: Uint8Array, offset: number, length: number, ...rest: []) => {
    try {
      return fd === STDERR ? length : writeSync(fd, data, offset, length, ...rest);
    } catch (error) {
      refusal ??= error;
      throw error;
    }
  }) as typeof writeSync;
  stderr.write = () => true;
  try {
    return call();
  } catch (error) {
    throw refusal ?? error;
  } finally {
    fs.writeSync = writeSync;
    stderr.write = write;
  }
}
