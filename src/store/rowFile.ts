import type { FileHandle } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { EnvironmentError, messageOf } from '../errors.js';
import { findContiguous } from './hdf5/hdf5Layout.js';

/*
 * The HDF5 library makes a patch file and the room for its rows; they are then written to their place as to any file:
 * through the library they would be copied three times.
 */

/** First byte of the rows of `input` or `mask`, in a file that has rows. */
export function placeOf(path: string, dataset: 'input' | 'mask'): number {
  const place = findContiguous(path, dataset)?.offset;
  if (place === undefined) throw new Error(`no place for ${dataset} in ${path}`);
  return place;
}

/** Handed to the disk at a time. */
const FLUSH_BYTES = 2 ** 27;

/** Rows begin their way to the disk while further ones are written: the last flush then waits for few of them. */
export interface Flusher {
  /** Takes note of so many bytes. Throws what a flush failed with. */
  wrote(bytes: number): void;
  /** Everything that was written lies on the disk. */
  finish(): Promise<void>;
}

/**
 * Of a file that stays open from the first write to the last: the system tells of a failure whoever had it open then.
 * `path` is the name in what it throws.
 */
export function flusherOf(path: string, file: Pick<FileHandle, 'datasync' | 'sync'>): Flusher {
  let waiting = 0;
  let flushing: Promise<void> | undefined;
  // The system tells of a failure once: a later flush would succeed, with bytes missing.
  let failure: unknown;
  const flush = async (): Promise<void> => {
    await named(path, file.datasync()).catch((error) => {
      failure ??= error;
    });
    flushing = undefined;
  };
  return {
    wrote: (bytes) => {
      if (failure !== undefined) throw failure;
      waiting += bytes;
      if (flushing !== undefined || waiting < FLUSH_BYTES) return;
      waiting = 0;
      flushing = flush();
    },
    finish: async () => {
      await flushing;
      if (failure !== undefined) throw failure;
      await named(path, file.sync());
    },
  };
}

export async function writeAt(
  file: FileHandle,
  block: Int16Array | Uint8Array,
  position: number,
): Promise<void> {
  const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** What the system refuses, by its own words and the name of the patch file. */
export function named<T>(path: string, operation: Promise<T>): Promise<T> {
  return operation.catch((error: NodeJS.ErrnoException) => {
    throw cannotWrite(path, getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? messageOf(error));
  });
}

export function cannotWrite(path: string, reason: string): EnvironmentError {
  return new EnvironmentError(
    `${path} cannot be written (${reason}): make room on the disk or choose another folder; nothing was left under this name`,
  );
}
