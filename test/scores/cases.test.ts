import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positivesAmong, requireCases, requireProbabilities } from '../../src/scores/cases.js';

test('requireCases() names what is wrong and where', () => {
  requireCases([0.5, Number.NEGATIVE_INFINITY], [1, 0]);
  assert.throws(() => requireCases([0.5], [1, 0]), /1 scores and 2 classes/);
  assert.throws(() => requireCases([0.5, Number.NaN], [1, 0]), /NaN at 1/);
  assert.throws(() => requireCases([0.5, 0.5], [1, -1]), /class 0 or 1, received -1 at 1/);
});

test('requireProbabilities() refuses logits and no case at all', () => {
  requireProbabilities(Float32Array.of(0, 1), [0, 1]);
  assert.throws(() => requireProbabilities([0.5, 1.5], [0, 1]), /from 0 to 1, received 1.5 at 1/);
  assert.throws(() => requireProbabilities([], []), /at least one case/);
});

test('positivesAmong() counts ones', () => {
  assert.equal(positivesAmong([1, 0, 1]), 2);
  assert.equal(positivesAmong([]), 0);
});
