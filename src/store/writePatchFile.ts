import { rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../paths.js';
import {
  type PatchColumns,
  type PatchFormat,
  type PatchProvenance,
  voxelsPerPatch,
} from './patchFileContract.js';
import { type CreateMessage, startPatchThread } from './patchThread.js';
import { flusherOf, named, placeOf, writeAt } from './rowFile.js';

/** Whole rows, one block after the other. */
type Blocks<Block> = Iterable<Block> | AsyncIterable<Block>;

/**
 * Writes a patch file beside, then renames it. `voxelBlocks` yields the voxels (HU, z, y, x) of consecutive rows, a whole
 * number of rows a block; a block is written while the next one is made, and is free again when the one after that is asked for: memory stays flat.
 * Throws RangeError for columns or blocks that do not fit, EnvironmentError when the file cannot be written.
 * @example
 * const format = { dim: 8, slices: 8, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
 * const made = { program: 'my own', settings: {}, scans: {} };
 * const labels = { classes: [1], notrain: [0], notrainReason: [0], subsets: [0], seriesUid: ['1.2.3'] };
 * const columns = { ...labels, centerWorldMm: [[0, 0, 0]] as const };
 * await writePatchFile('own-patch.hdf5', format, made, columns, [new Int16Array(8 ** 3)]);
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
    await create(path, { path: beside, format, provenance, columns });
    const file = await named(path, open(beside, 'r+'));
    try {
      const voxels = voxelsPerPatch(format);
      const flusher = flusherOf(path, file);
      const fill = (dataset: 'input' | 'mask', blocks: Blocks<Int16Array | Uint8Array>): Promise<void> => {
        // A file of no rows has no place for them.
        const place = rows === 0 ? 0 : placeOf(beside, dataset);
        const write = async (block: Int16Array | Uint8Array, row: number): Promise<void> => {
          const position = place + row * voxels * block.BYTES_PER_ELEMENT;
          await named(path, writeAt(file, block, position));
          flusher.wrote(block.byteLength);
        };
        return writeVoxels(write, rows, voxels, blocks);
      };
      await fill('input', voxelBlocks);
      if (maskBlocks !== undefined) await fill('mask', maskBlocks);
      // A name that appears by rename must not outlive its bytes in a power cut.
      await flusher.finish();
    } finally {
      await file.close();
    }
    await named(path, rename(beside, path));
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** In a thread that ends at once: the library's memory is not needed while the rows are written. */
async function create(name: string, message: CreateMessage): Promise<void> {
  const thread = startPatchThread();
  try {
    await thread.create(name, message);
  } finally {
    await thread.end();
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

function checkedRows({ classes, ...others }: PatchColumns): number {
  const rows = classes.length;
  for (const [name, values] of Object.entries(others))
    if (values !== undefined && values.length !== rows)
      throw new RangeError(`Expected ${rows} values of ${name}, as of classes, received ${values.length}`);
  return rows;
}
