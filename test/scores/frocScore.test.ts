import assert from 'node:assert/strict';
import { test } from 'node:test';
import { officialRates, scoreFolds, scoreFroc } from '../../src/scores/frocScore.js';
import { frocCase } from './frocCase.js';

const CASE = frocCase(
  4,
  [
    [0, 0, 0, 0, 0.9],
    [1, 99, 0, 0, 0.8],
    [2, 99, 0, 0, 0.7],
    [3, 0, 0, 0, 0.6],
  ],
  [
    [0, 0, 0, 0, 6],
    [2, 0, 0, 0, 6],
    [3, 0, 0, 0, 6],
  ],
  [[2, 99, 1, 0, -1]],
);

test('officialRates() are 10,000 equally spaced rates from 1/8 to 8', () => {
  const rates = officialRates();
  assert.deepEqual([rates.length, rates[0], rates.at(-1)], [10_000, 0.125, 8]);
  assert.ok(Math.abs(rates[5000]! - (0.125 + (7.875 * 5000) / 9999)) < 1e-12);
});

test('scoreFroc() is the mean of seven sensitivities', () => {
  // One false positive in four scans lies between the two hits.
  const { cpm, sensitivities, counts } = scoreFroc(CASE, { samples: 20 });
  assert.deepEqual(sensitivities, [1 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3]);
  assert.ok(Math.abs(cpm - 13 / 21) < 1e-15);
  assert.deepEqual([counts.marksOnExcluded, counts.falsePositives], [1, 1]);
});

test('scoreFolds() scores each fold as a case of its own; one without a nodule has no score', () => {
  const folds = scoreFolds(CASE, Int32Array.of(5, 2, 5, -1), { samples: 20 });
  assert.deepEqual(
    folds.map(({ fold, cpm, counts }) => [fold, cpm, counts.scans, counts.marks, counts.excludedFindings]),
    [
      [2, null, 1, 1, 0],
      [5, 0.5, 2, 2, 1],
    ],
  );
  assert.equal(folds[0]?.bootstrap, null);
});
