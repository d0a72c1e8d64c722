import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate } from '../../src/candidates/candidate.js';
import { planScan } from '../../src/patches/planScan.js';
import { IDENTITY_DIRECTION } from '../../src/volumes/voxels/geometry.js';

const geometry = {
  size: [100, 100, 100],
  spacingMm: [1, 1, 1],
  originMm: [0, 0, 0],
  direction: IDENTITY_DIRECTION,
} as const;
const format = { dim: 32, slices: 32, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
const candidate = (line: number, x: number, label: 0 | 1): Candidate => ({
  seriesUid: 'a',
  centerWorldMm: [x, 50, 50],
  class: label,
  line,
});

test('planScan() gives a row to each candidate inside, in the order of the table, and names those outside', () => {
  const plan = planScan(
    geometry,
    [candidate(9, 20, 0), candidate(2, 99.4, 0), candidate(5, 99.6, 0)],
    [],
    format,
  );
  assert.deepEqual(
    plan.patches.map(({ candidate: { line }, firstVoxel }) => [line, firstVoxel]),
    [
      [2, [83, 34, 34]],
      [9, [4, 34, 34]],
    ],
  );
  assert.deepEqual(
    plan.outside.map(({ line }) => line),
    [5],
  );
});

test('planScan() keeps negatives near a positive out of training, also near one that has no row', () => {
  const plan = planScan(
    geometry,
    [candidate(2, 110, 1), candidate(3, 94, 0), candidate(4, 93.9, 0)],
    [],
    format,
  );
  assert.deepEqual(
    plan.patches.map(({ notrainReason }) => notrainReason),
    [1, 0],
  );
});
