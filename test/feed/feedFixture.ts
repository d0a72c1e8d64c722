import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RowFeed, type RowFeedOptions } from '../../src/feed/rowFeed.js';
import type { BatchRequest } from '../../src/feed/sharedRing.js';
import { createRandom } from '../../src/random.js';
import { openRowIndex } from '../../src/store/hdf5/openRowIndex.js';
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
  return {
    access,
    patch: { dim: DIM, slices: DIM },
    crop: 0,
    batchRows: 8,
    readers: 2,
    slots: 4,
    limitMs: 20_000,
  };
}

/** Seeded requests of 1 to 8 rows. */
export function* requests(count: number, rows = 100): Generator<BatchRequest> {
  const random = createRandom('requests');
  for (let step = 0; step < count; step++)
    yield {
      rows: Uint32Array.from({ length: 1 + random.integer(8) }, () => random.integer(rows)),
      place: { step, first: 0 },
    };
}

/** What the feed makes of the first requests. */
export async function collected(
  feed: RowFeed,
  count: number,
): Promise<{ rows: number[]; inputHu: Int16Array }[]> {
  const all: { rows: number[]; inputHu: Int16Array }[] = [];
  for await (const { rows, inputHu } of feed.batches(requests(count)))
    all.push({ rows: [...rows], inputHu: inputHu.slice() });
  return all;
}

/** A feed that is closed, come what may. */
export async function withFeed<T>(options: RowFeedOptions, use: (feed: RowFeed) => Promise<T>): Promise<T> {
  const feed = new RowFeed(options);
  try {
    return await use(feed);
  } finally {
    await feed.close();
  }
}
