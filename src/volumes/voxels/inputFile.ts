import { type Dirent, readdirSync, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { InputError } from '../../errors.js';
import { guardedCall, HangingFile } from '../../guardedCall.js';
import { cannotRead } from '../../paths.js';

/** A file that is open to be read. Each call throws InputError where its file system does not answer in time. */
export interface InputFile {
  /** Fills `target` from a byte of the file on; returns how many bytes there were: fewer only where the file ends. */
  read(target: Uint8Array, position: number): Promise<number>;
  stat(): Promise<Stats>;
  /** Its bytes: all, or the first so many. */
  content(most?: number): Promise<Buffer>;
}

/** What lies in a folder, by name. Throws InputError for one that cannot be read. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw cannotRead(folder, 'a folder', error);
  }
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
  const stat = (): Promise<Stats> => guarded(() => handle.stat());
  const read = async (target: Uint8Array, position: number): Promise<number> => {
    let done = 0;
    // One call of the system may bring fewer than it was asked for.
    for (let found = -1; found !== 0 && done < target.length; done += found) {
      const at = done;
      found = (await guarded(() => handle.read(target, at, target.length - at, position + at))).bytesRead;
    }
    return done;
  };
  const content = async (most = Number.POSITIVE_INFINITY): Promise<Buffer> => {
    const bytes = Buffer.alloc(Math.min(most, (await stat()).size));
    return bytes.subarray(0, await read(bytes, 0));
  };
  return { stat, read, content };
}
