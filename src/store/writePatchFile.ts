import { renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { Worker } from 'node:worker_threads';
import { EnvironmentError, messageOf } from '../errors.js';
import { makeFolder } from '../paths.js';
import { findContiguous } from './hdf5Layout.js';
import type { PatchColumns, PatchFormat, PatchProvenance } from './patchFileContract.js';

/** Message to the thread that creates the file. It is answered by `null`, or by the text of what failed. */
export interface CreateMessage {
  readonly path: string;
  readonly format: PatchFormat;
  readonly provenance: PatchProvenance;
  readonly columns: PatchColumns;
}
export type CreateAnswer = string | null;

/** Handed to the disk at a time. */
const FLUSH_BYTES = 2 ** 27;

/** Whole rows, one block after the other. */
type Blocks<Block> = Iterable<Block> | AsyncIterable<Block>;

/**
 * Writes a patch file beside, then renames it. `voxelBlocks` yields the voxels (HU, z, y, x) of consecutive rows, a whole
 * number of rows a block; a block is written while the next one is made, and is free again when the one after that is asked for: memory stays flat.
 * The HDF5 library makes the file and the room for the voxels, which are then written to their place as to any file: through
 * the library they would be copied three times.
 * Throws RangeError for columns or blocks that do not fit, EnvironmentError when the file cannot be written.
 */
export async function writePatchFile(
  path: string,
  format: PatchFormat,
  provenance: PatchProvenance,
  columns: PatchColumns,
  voxelBlocks: Blocks<Int16Array>,
  maskBlocks?: Blocks<Uint8Array>,
): Promise<void> {
  const rows = checkedRows(columns);
  if ((columns.inLung === undefined) !== (maskBlocks === undefined))
    throw new RangeError('Expected masks beside the column inLung, received one of the two');
  const beside = `${path}.partial`;
  makeFolder(dirname(path));
  try {
    await createInThread(path, { path: beside, format, provenance, columns });
    const file = await named(path, open(beside, 'r+'));
    try {
      const voxels = format.dim * format.dim * format.slices;
      const fill = (dataset: string, blocks: Blocks<Int16Array | Uint8Array>): Promise<void> => {
        const place = findContiguous(beside, dataset)?.offset;
        // A file of no rows has no place for them.
        if (place === undefined && rows > 0) throw new Error(`no place for ${dataset} in ${beside}`);
        const flush = flusherOf(file);
        const write = (block: Int16Array | Uint8Array, row: number): Promise<void> => {
          flush(block.byteLength);
          return named(path, writeAt(file, block, place! + row * voxels * block.BYTES_PER_ELEMENT));
        };
        return writeVoxels(write, rows, voxels, blocks);
      };
      await fill('input', voxelBlocks);
      if (maskBlocks !== undefined) await fill('mask', maskBlocks);
      // A name that appears by rename must not outlive its bytes in a power cut.
      await named(path, file.sync());
    } finally {
      await file.close();
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

async function writeVoxels(
  write: (block: Int16Array | Uint8Array, row: number) => Promise<void>,
  rows: number,
  voxels: number,
  voxelBlocks: Blocks<Int16Array | Uint8Array>,
): Promise<void> {
  let written = 0;
  let writing = Promise.resolve();
  for await (const block of voxelBlocks) {
    if (block.length % voxels !== 0)
      throw new RangeError(
        `Expected blocks of whole rows of ${voxels} voxels, received ${block.length} voxels`,
      );
    if (written + block.length / voxels > rows)
      throw new RangeError(`Expected ${rows} rows of voxels, received more`);
    await writing;
    writing = write(block, written);
    // Its failure is thrown where it is awaited, also if the blocks fail first.
    writing.catch(() => {});
    written += block.length / voxels;
  }
  await writing;
  if (written !== rows) throw new RangeError(`Expected ${rows} rows of voxels, received ${written}`);
}

/** Rows begin their way to the disk while further ones are written: the last flush then waits for few of them. */
function flusherOf(file: FileHandle): (bytes: number) => void {
  let waiting = 0;
  let flushing = false;
  return (bytes) => {
    waiting += bytes;
    if (flushing || waiting < FLUSH_BYTES) return;
    [flushing, waiting] = [true, 0];
    // What it fails with, the last flush says.
    void file
      .datasync()
      .catch(() => {})
      .finally(() => {
        flushing = false;
      });
  };
}

async function writeAt(file: FileHandle, block: Int16Array | Uint8Array, position: number): Promise<void> {
  const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** A thread that has begun to load the HDF5 library, for the next file. */
let warm: Worker | undefined;

/** Loading the HDF5 library takes a fifth of a second: whoever will write a patch file soon may begin now. */
export function warmPatchThread(): void {
  warm ??= startThread();
  warm.unref();
}

function startThread(): Worker {
  // stdout and stderr are held back: the library prints there what its answer says anyway. They are not read, which would
  // keep the process alive. No flags of this process: `node -e` has some that a thread refuses.
  return new Worker(new URL('./patchFileThread.js', import.meta.url), {
    execArgv: [],
    stdout: true,
    stderr: true,
  });
}

async function createInThread(path: string, message: CreateMessage): Promise<void> {
  const worker = warm ?? startThread();
  warm = undefined;
  worker.ref();
  try {
    const answer = await new Promise<CreateAnswer>((done) => {
      worker.on('message', done).on('error', (error) => done(messageOf(error)));
      worker.postMessage(message);
    });
    if (answer !== null) throw cannotWrite(path, answer);
  } finally {
    await worker.terminate();
  }
}

/** What the system refuses, by its own words and the file's name. */
function named<T>(path: string, operation: Promise<T>): Promise<T> {
  return operation.catch((error: NodeJS.ErrnoException) => {
    throw cannotWrite(path, getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? messageOf(error));
  });
}

function cannotWrite(path: string, reason: string): EnvironmentError {
  return new EnvironmentError(
    `${path} cannot be written (${reason}): make room on the disk or choose another folder; nothing was left under this name`,
  );
}

function checkedRows({ classes, ...others }: PatchColumns): number {
  const rows = classes.length;
  for (const [name, values] of Object.entries(others))
    if (values !== undefined && values.length !== rows)
      throw new RangeError(`Expected ${rows} values of ${name}, as of classes, received ${values.length}`);
  return rows;
}
