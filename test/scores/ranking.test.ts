import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelsOf, orderByScore } from '../../src/scores/ranking.js';

test('orderByScore() is highest first, equal scores by index, infinities at the ends', () => {
  assert.deepEqual(
    [...orderByScore([0, Number.POSITIVE_INFINITY, 0, 1, Number.NEGATIVE_INFINITY])],
    [1, 3, 0, 2, 4],
  );
  assert.deepEqual([...orderByScore([Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY])], [0, 2, 1]);
});

test('levelsOf() joins cases of one score, also 0 and -0', () => {
  assert.deepEqual(levelsOf([0.5, 0.7, 0.5, 0.7], [1, 1, 0, 1]), [
    { score: 0.7, positives: 2, negatives: 0 },
    { score: 0.5, positives: 1, negatives: 1 },
  ]);
  assert.equal(levelsOf([0, -0], [1, 0]).length, 1);
  assert.deepEqual(levelsOf([], []), []);
});
