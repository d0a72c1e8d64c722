import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BALANCED } from '../../src/config/samplingSettings.js';
import type { RowFeed } from '../../src/feed/rowFeed.js';
import type { BatchRequest } from '../../src/feed/sharedRing.js';
import { mineHardNegatives } from '../../src/training/mineHardNegatives.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import type { Learner } from '../../src/training/step/learner.js';

/** A row's one voxel is its number; the learner's probability is the voxel modulo 10, in tenths. */
const feed = {
  async *batches(requests: Iterable<BatchRequest>) {
    for (const { rows } of requests) yield { rows, inputHu: Int16Array.from(rows), waitMs: 0, ready: 1 };
  },
} as unknown as RowFeed;
const negatives = Uint32Array.from({ length: 40 }, (_, row) => row);

function learnerOf(rank: number, ranks: number, sums: Float32Array[]): Learner {
  return {
    ...{ rank, ranks, batchSize: 4 },
    predict: async (inputHu: Int16Array, count: number) => ({
      probabilities: Float32Array.from(inputHu.subarray(0, count), (hu) => (hu % 10) / 10),
    }),
    sumOverRanks: async (values: Float32Array) => {
      sums.push(values.slice());
      return values;
    },
  } as unknown as Learner;
}

const work = (learner: Learner, hardNegatives: number, hardCandidates = 0) => ({
  config: { seed: 1, sampling: { ...BALANCED, hardNegatives, hardCandidates } } as unknown as TrainConfig,
  ...{ learner, feed, negatives, epoch: 2, signal: undefined },
});

test('mineHardNegatives() keeps the hardest tenth of all training negatives, and does nothing where none are wanted', async () => {
  const { hardest, times } = await mineHardNegatives(work(learnerOf(0, 1, []), 0.5));
  assert.deepEqual([hardest?.epoch, hardest?.rows], [2, [9, 19, 29, 39]]);
  assert.deepEqual([times?.candidates, times?.kept], [40, 4]);
  assert.equal((await mineHardNegatives(work(learnerOf(0, 1, []), 0.5, 20))).times?.candidates, 20);
  assert.deepEqual(await mineHardNegatives(work(learnerOf(0, 1, []), 0)), {});
});

test('mineHardNegatives() of several processes: each scores its part', async () => {
  const sums: Float32Array[] = [];
  for (const rank of [0, 1]) await mineHardNegatives(work(learnerOf(rank, 2, sums), 0.5));
  const [first, second] = sums as [Float32Array, Float32Array];
  assert.ok(first.subarray(20).every((value) => value === 0) && second.subarray(0, 20).every((v) => v === 0));
  assert.equal(Math.fround(0.9), first[19]);
  assert.equal(Math.fround(0.9), second[39]);
});
