import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { InputError } from '../../errors.js';
import { guardedCall, HangingFile } from '../../guardedCall.js';
import { cannotRead } from '../../paths.js';

/** A file that is open to be read. Each call throws InputError where its file system does not answer in time. */
export interface InputFile {
  /** Into `target`, from a byte of the file on; returns how many bytes there were. One call may bring fewer than asked for. */
  read(target: Uint8Array, position: number): Promise<number>;
  stat(): Promise<Stats>;
  /** All its bytes. */
  content(): Promise<Buffer>;
}

/**
 * A file that is open for the length of `use`. Throws InputError where the system refuses it, for pipes and devices, and where
 * the file system does not answer (a server that is gone): then nothing waits for it any more.
 */
export async function withFile<T>(path: string, use: (file: InputFile) => Promise<T>): Promise<T> {
  const guarded: Guarded = (call) => guardedCall(path, call);
  let handle: FileHandle | undefined;
  try {
    // Opening a pipe would wait for a writer.
    const kind = await guarded(() => stat(path));
    if (!kind.isFile() && !kind.isDirectory())
      throw new InputError(path, 'expected a file, found a pipe or a device');
    handle = await guarded(() => open(path, 'r'));
    const result = await use(guardedFile(handle, guarded));
    const opened = handle;
    await guarded(() => opened.close());
    return result;
  } catch (error) {
    // Closing what hangs would wait for it.
    if (error instanceof HangingFile) void handle?.close().catch(() => {});
    else await handle?.close().catch(() => {});
    if (error instanceof InputError) throw error;
    throw cannotRead(path, 'a file', error);
  }
}

/** What the system knows of a path; undefined for what is not there. Throws InputError where its file system does not answer. */
export async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await guardedCall(path, () => stat(path));
  } catch (error) {
    if (error instanceof InputError) throw error;
    return undefined;
  }
}

type Guarded = <R>(call: () => Promise<R>) => Promise<R>;

function guardedFile(handle: FileHandle, guarded: Guarded): InputFile {
  return {
    read: async (target, position) =>
      (await guarded(() => handle.read(target, 0, target.length, position))).bytesRead,
    stat: () => guarded(() => handle.stat()),
    content: async () => {
      const { size } = await guarded(() => handle.stat());
      const bytes = Buffer.alloc(size);
      let done = 0;
      for (let read = -1; read !== 0 && done < size; done += read) {
        const at = done;
        read = (await guarded(() => handle.read(bytes, at, size - at, at))).bytesRead;
      }
      return bytes.subarray(0, done);
    },
  };
}
