import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averagePrecision, precisionRecallCurve } from '../../src/scores/precisionRecall.js';
import { assertNear, manySets, references } from './reference.js';

test("precisionRecallCurve() and averagePrecision() equal scikit-learn's", () => {
  const sets = manySets();
  for (const [i, expected] of references(sets).entries()) {
    const points = precisionRecallCurve(sets[i]!.scores, sets[i]!.classes);
    const reversed = (values: readonly number[]): number[] => [...values].reverse();
    assertNear(
      points.map(({ precision }) => precision),
      reversed(expected.precision),
      1e-12,
      `precision of set ${i}`,
    );
    assertNear(
      points.map(({ recall }) => recall),
      reversed(expected.recall),
      1e-12,
      `recall of set ${i}`,
    );
    assertNear(
      [averagePrecision(points)],
      [expected.averagePrecision],
      1e-12,
      `average precision of set ${i}`,
    );
  }
});

test('averagePrecision() is 1 for a perfect order, and the share of positives for one score', () => {
  const of = (scores: number[], classes: number[]): number =>
    averagePrecision(precisionRecallCurve(scores, classes));
  assert.equal(of([0.9, 0.8, 0.1], [1, 1, 0]), 1);
  assert.equal(of([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0]), 0.25);
  assert.equal(of([0.5], [1]), 1);
});

test('precisionRecallCurve() has thresholds, and needs a positive', () => {
  assert.deepEqual(precisionRecallCurve([0.2, 0.9], [1, 0]), [
    { threshold: Number.POSITIVE_INFINITY, recall: 0, precision: 1 },
    { threshold: 0.9, recall: 0, precision: 0 },
    { threshold: 0.2, recall: 1, precision: 0.5 },
  ]);
  assert.throws(() => precisionRecallCurve([0.2, 0.9], [0, 0]), /positive case, received none of 2/);
});
