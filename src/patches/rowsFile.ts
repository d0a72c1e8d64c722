import { statSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { findContiguous } from '../store/hdf5/hdf5Layout.js';
import type { PatchThread } from '../store/patchThread.js';
import { type Flusher, flusherOf, named, writeAt } from '../store/rowFile.js';
import type { CropJob } from './cropJob.js';
import { expectedHeader, type PatchHeader } from './patchHeader.js';
import type { Staging } from './staging.js';

const BLOCK_BYTES = 2 ** 22;

/**
 * The staged file of a job. It begins as a patch file with an expected header and a hole for the rows; the threads that cut
 * write these to their place. With its own header it becomes the patch file: no row is copied.
 */
export class RowsFile {
  /** Done when rows can be written. */
  readonly ready: Promise<void>;
  readonly #job: CropJob;
  readonly #staging: Staging;
  readonly #thread: PatchThread;
  #file: FileHandle | undefined;
  #flusher: Flusher | undefined;

  constructor(job: CropJob, staging: Staging, thread: PatchThread) {
    this.#job = job;
    this.#staging = staging;
    this.#thread = thread;
    this.ready = this.#begin();
    // Its failure is thrown where it is awaited.
    this.ready.catch(() => {});
  }

  /** Takes note of bytes that a thread has written. Throws EnvironmentError where the disk failed. */
  wrote(bytes: number): void {
    this.#flusher!.wrote(bytes);
  }

  /** Puts it under the name of the patch file; false where the rows of this header lie elsewhere. Throws EnvironmentError. */
  async become(header: PatchHeader): Promise<boolean> {
    const { rowsFile, headerFile } = this.#staging;
    const { file } = this.#job;
    await this.#thread.create(file, { path: headerFile, ...header });
    const bytes = headerBytes(headerFile);
    if (bytes === undefined || bytes !== headerBytes(rowsFile)) return false;
    await named(file, copyStart(headerFile, this.#file!, bytes));
    // A name that appears by rename must not outlive its bytes in a power cut.
    await this.#flusher!.finish();
    await named(file, rename(rowsFile, file));
    return true;
  }

  async close(): Promise<void> {
    await this.ready.catch(() => {});
    await this.#file?.close();
  }

  async #begin(): Promise<void> {
    const { rowsFile, isBegun } = this.#staging;
    const { file } = this.#job;
    if (!isBegun) {
      this.#staging.begin();
      await this.#thread.create(file, { path: rowsFile, ...expectedHeader(this.#job) });
      this.#staging.begun();
    }
    // Open until the end: the system tells of rows that it could not bring to the disk whoever had the file open then.
    this.#file = await named(file, open(rowsFile, 'r+'));
    this.#flusher = flusherOf(file, this.#file);
  }
}

/** Bytes before the rows, if these and their masks fill the rest of the file. */
function headerBytes(path: string): number | undefined {
  const [input, mask] = [findContiguous(path, 'input'), findContiguous(path, 'mask')];
  if (input === undefined) return undefined;
  const end = input.offset + input.bytes;
  const isDense = mask === undefined || mask.offset === end;
  return isDense && statSync(path).size === end + (mask?.bytes ?? 0) ? input.offset : undefined;
}

async function copyStart(from: string, to: FileHandle, bytes: number): Promise<void> {
  const source = await open(from, 'r');
  try {
    const block = new Uint8Array(BLOCK_BYTES);
    for (let at = 0; at < bytes; ) {
      const { bytesRead } = await source.read(block, 0, Math.min(BLOCK_BYTES, bytes - at), at);
      await writeAt(to, block.subarray(0, bytesRead), at);
      at += bytesRead;
    }
  } finally {
    await source.close();
  }
}
