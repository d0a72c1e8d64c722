import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate } from '../../src/candidates/candidate.js';
import { notrainReasons } from '../../src/candidates/notrain.js';

const at = (x: number, label: 0 | 1): Candidate => ({
  seriesUid: 'a',
  centerWorldMm: [x, 0, 0],
  class: label,
  line: 2,
});

test('notrainReasons() keeps out negatives within the distance of a positive, the distance included', () => {
  assert.deepEqual([...notrainReasons([at(0, 1), at(16, 0), at(16.01, 0), at(-3, 1)], [], 16)], [0, 1, 0, 0]);
});

test('notrainReasons() keeps out negatives inside an excluded finding; a positive nearby goes before', () => {
  const excluded = [{ seriesUid: 'a', centerWorldMm: [100, 0, 0], radiusMm: 5 }] as const;
  assert.deepEqual([...notrainReasons([at(95, 0), at(94.9, 0), at(100, 1)], excluded, 2)], [2, 0, 0]);
  assert.deepEqual([...notrainReasons([at(99, 0), at(100, 1)], excluded, 2)], [1, 0]);
});
