import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowFeedOptions } from '../../src/feed/rowFeed.js';
import { openRowIndex } from '../../src/store/openRowIndex.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';

export const DIM = 6;
export const VOXELS = DIM ** 3;

/** Voxel v of row r is 50 r + v. */
export function rowOf(row: number): Int16Array {
  return Int16Array.from({ length: VOXELS }, (_, v) => 50 * row + v);
}

/** Options of a feed over a file of `rows` rows. */
export async function feedFixture(
  t: { after: (end: () => void) => void },
  rows = 100,
): Promise<RowFeedOptions> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-feed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'p-patch.hdf5');
  const column = (value: number): number[] => new Array<number>(rows).fill(value);
  await writePatchFile(
    file,
    { dim: DIM, slices: DIM, spacingMm: [1, 1, 1], interpolation: 'linear' },
    { program: 'test', settings: {}, scans: {} },
    {
      classes: column(0),
      notrain: column(0),
      notrainReason: column(0),
      centerWorldMm: column(0).map(() => [0, 0, 0] as const),
      seriesUid: column(0).map(() => 'a'),
      subsets: column(0),
    },
    Array.from({ length: rows }, (_, row) => rowOf(row)),
  );
  const access = await openRowIndex(file, 'input');
  return { access, patch: { dim: DIM, slices: DIM }, batchRows: 8, readers: 2, slots: 4, limitMs: 20_000 };
}
