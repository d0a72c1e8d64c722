import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { decimalNumber } from '../decimal.js';
import { InputError, messageOf } from '../errors.js';
import { noteHangingCall } from '../hangingCalls.js';

/** A file that is open to be read. Each call throws InputError where its file system does not answer in time. */
export interface InputFile {
  /** Into `target`, from a byte of the file on; returns how many bytes there were. One call may bring fewer than asked for. */
  read(target: Uint8Array, position: number): Promise<number>;
  stat(): Promise<Stats>;
  /** All its bytes. */
  content(): Promise<Buffer>;
}

/** A tape that is wound, or a disk that wakes up, takes a minute; of a server that is gone nothing ever comes. */
const DEFAULT_LIMIT_S = 120;

/** Time that one call may take, in s; VOXLAB_READ_LIMIT_S, for slow archives. Throws InputError for what is no time. */
export function readLimitSeconds(said = process.env.VOXLAB_READ_LIMIT_S ?? ''): number {
  if (said === '') return DEFAULT_LIMIT_S;
  const seconds = decimalNumber(said);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new InputError(
    'VOXLAB_READ_LIMIT_S',
    `expected seconds above 0, at most 86400, received ${JSON.stringify(said)}`,
  );
}

/** An InputError for a file that the system would not open or read; the reason names no other path. */
export function cannotRead(path: string, error: unknown): InputError {
  return new InputError(path, `cannot be read (${systemReason(error)})`, { cause: error });
}

/** What the system said, without a path. */
export function systemReason(error: unknown): string {
  return messageOf(error).replace(/, \w+( '.*')?$/, '');
}

/**
 * A file that is open for the length of `use`. Throws InputError where the system refuses it, for pipes and devices, and where
 * the file system does not answer (a server that is gone): then nothing waits for it any more.
 */
export async function withFile<T>(path: string, use: (file: InputFile) => Promise<T>): Promise<T> {
  const limitSeconds = readLimitSeconds();
  const guarded = <R>(call: Promise<R>): Promise<R> => inTime(call, path, limitSeconds);
  let handle: FileHandle | undefined;
  try {
    // Opening a pipe would wait for a writer.
    const kind = await guarded(stat(path));
    if (!kind.isFile() && !kind.isDirectory())
      throw new InputError(path, 'expected a file, found a pipe or a device');
    handle = await guarded(open(path, 'r'));
    const result = await use(guardedFile(handle, guarded));
    await guarded(handle.close());
    return result;
  } catch (error) {
    // Closing what hangs would wait for it.
    if (error instanceof HangingFile) void handle?.close().catch(() => {});
    else await handle?.close().catch(() => {});
    if (error instanceof InputError) throw error;
    throw cannotRead(path, error);
  }
}

/** What the system knows of a path; undefined for what is not there. Throws InputError where its file system does not answer. */
export async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await inTime(stat(path), path, readLimitSeconds());
  } catch (error) {
    if (error instanceof InputError) throw error;
    return undefined;
  }
}

/** Some file systems do not come back at all. */
class HangingFile extends InputError {}

function guardedFile(handle: FileHandle, guarded: <R>(call: Promise<R>) => Promise<R>): InputFile {
  return {
    read: async (target, position) =>
      (await guarded(handle.read(target, 0, target.length, position))).bytesRead,
    stat: () => guarded(handle.stat()),
    content: async () => {
      const { size } = await guarded(handle.stat());
      const bytes = Buffer.alloc(size);
      let done = 0;
      for (let read = -1; read !== 0 && done < size; done += read)
        read = (await guarded(handle.read(bytes, done, size - done, done))).bytesRead;
      return bytes.subarray(0, done);
    },
  };
}

/** Throws InputError where a call takes longer; what it brings then goes nowhere. */
async function inTime<T>(call: Promise<T>, path: string, limitSeconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      noteHangingCall();
      fail(
        new HangingFile(
          path,
          `its file system does not answer: one read took longer than ${limitSeconds} s; see that the disk or server is there, or give slow archives more time with VOXLAB_READ_LIMIT_S`,
        ),
      );
    }, limitSeconds * 1000);
  });
  call.catch(() => {});
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
