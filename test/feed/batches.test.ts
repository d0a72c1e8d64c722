import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterruptedError } from '../../src/errors.js';
import { batchesOfRows, type TrainingFeed, trainingBatches } from '../../src/feed/batches.js';
import { balancedOrder } from '../../src/feed/classOrder.js';
import type { RowSource } from '../../src/feed/rowSource.js';

/** Each voxel says row and place: 100 * row + place. */
function source(voxelsPerRow = 8): RowSource & { reads: number } {
  return {
    voxelsPerRow,
    reads: 0,
    async readRows(rows, into, at = 0) {
      this.reads++;
      for (let i = 0; i < rows.length; i++)
        for (let v = 0; v < voxelsPerRow; v++) into[at + i * voxelsPerRow + v] = 100 * rows[i]! + v;
    },
  };
}
const classes = [1, 0, 0, 1, 0, 0, 0];
const labels = { classes, notrain: [], subsets: [] };
const split = { positives: Uint32Array.from([0, 3]), negatives: Uint32Array.from([1, 2, 4, 5, 6]) };

function feed(from: number, to: number, more: Partial<TrainingFeed> = {}): TrainingFeed {
  return {
    source: source(),
    labels,
    order: balancedOrder(split, 4, 9),
    fromStep: from,
    toStep: to,
    patch: { dim: 2, slices: 2 },
    ...more,
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test('trainingBatches() yields voxels and labels of the order, the same from any first step on', async () => {
  const batches = await all(trainingBatches(feed(0, 6, { augmentSeed: 1 })));
  assert.equal(batches.length, 6);
  for (const { rows, labels, inputHu } of batches) {
    assert.deepEqual(
      [...labels],
      Array.from(rows, (row) => classes[row]),
    );
    for (const [i, row] of rows.entries()) {
      const voxels = [...inputHu.slice(i * 8, i * 8 + 8)].sort((a, b) => a - b);
      assert.deepEqual(
        voxels,
        Array.from({ length: 8 }, (_, v) => 100 * row + v),
      );
    }
  }
  const later = await all(trainingBatches(feed(4, 6, { augmentSeed: 1 })));
  assert.deepEqual(later, batches.slice(4));
  const plain = await all(trainingBatches(feed(0, 6)));
  assert.notDeepEqual(plain, batches);
});

test('trainingBatches() reads one batch ahead and no further', async () => {
  const rows = source();
  const batches = trainingBatches(feed(0, 6, { source: rows }));
  await batches.next();
  assert.equal(rows.reads, 2);
  await batches.return(undefined);
  assert.equal(rows.reads, 2);
});

test('trainingBatches() stops when the signal aborts, and hands on the failure of a read', async () => {
  const controller = new AbortController();
  const batches = trainingBatches(feed(0, 6, { signal: controller.signal }));
  await batches.next();
  controller.abort();
  await assert.rejects(batches.next(), InterruptedError);
  const broken: RowSource = {
    voxelsPerRow: 8,
    readRows: () => Promise.reject(new Error('disk gone')),
  };
  await assert.rejects(all(trainingBatches(feed(0, 6, { source: broken }))), /disk gone/);
});

test('batchesOfRows() covers the rows in order, the last batch shorter', async () => {
  const batches = await all(batchesOfRows(source(), labels, Uint32Array.from([5, 3, 0, 6, 1]), 2));
  assert.deepEqual(
    batches.map(({ rows }) => [...rows]),
    [[5, 3], [0, 6], [1]],
  );
  assert.equal(batches[2]!.inputHu.length, 8);
  assert.deepEqual([...batches[0]!.labels], [0, 1]);
});

test('trainingBatches() hands on the middles of patches after all else: a shift brings in what lay around', async () => {
  // 4 x 4 x 4 voxels, places 0 to 63.
  const [batch] = await all(
    trainingBatches(
      feed(0, 1, {
        source: source(64),
        patch: { dim: 4, slices: 4 },
        crop: 2,
        augmentSeed: 3,
        augment: { shift: 1 },
      }),
    ),
  );
  assert.equal(batch!.inputHu.length, 4 * 8);
  for (const [i, row] of batch!.rows.entries()) {
    const places = [...batch!.inputHu.subarray(8 * i, 8 * i + 8)].map((hu) => hu - 100 * row);
    const [first] = places as [number];
    assert.deepEqual(
      places,
      [0, 1, 4, 5, 16, 17, 20, 21].map((step) => first + step),
    );
  }
});

test('trainingBatches() in shards: disjoint parts of the same batches, changed as in one process', async () => {
  const more = { augmentSeed: 3, augment: { noise: 10 } };
  const whole = await all(trainingBatches(feed(0, 3, more)));
  const parts = await Promise.all(
    [0, 1].map((index) => all(trainingBatches(feed(0, 3, { ...more, shard: { index, of: 2 } })))),
  );
  for (const [step, { inputHu, rows }] of whole.entries()) {
    assert.deepEqual(
      parts.flatMap((part) => [...part[step]!.rows]),
      [...rows],
    );
    assert.deepEqual(
      parts.flatMap((part) => [...part[step]!.inputHu]),
      [...inputHu],
    );
  }
});
