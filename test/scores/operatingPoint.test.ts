import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatingPoint, youdenThreshold } from '../../src/scores/operatingPoint.js';
import { manySets, references } from './reference.js';

test('operatingPoint() counts a case at the threshold as positive', () => {
  assert.deepEqual(operatingPoint([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0], 0.5), {
    threshold: 0.5,
    sensitivity: 1,
    specificity: 0.5,
    truePositives: 2,
    falseNegatives: 0,
    falsePositives: 1,
    trueNegatives: 1,
  });
});

test('operatingPoint() has no sensitivity without positives, no specificity without negatives', () => {
  assert.equal(operatingPoint([0.5], [0], 0.5).sensitivity, null);
  assert.equal(operatingPoint([0.5], [1], 0.5).specificity, null);
  assert.throws(() => operatingPoint([0.5], [1], Number.NaN), /threshold that is a number/);
});

test("youdenThreshold() is the lowest score at which scikit-learn's curve is farthest above chance", () => {
  const sets = manySets();
  for (const [i, { youden }] of references(sets).entries())
    assert.equal(youdenThreshold(sets[i]!.scores, sets[i]!.classes), youden, `set ${i}`);
});

test('youdenThreshold() takes the lower of two that are equally good, and the one score of a constant', () => {
  // J is 1/2 at 0.9 (one of two found, no false alarm) and at 0.6 (both found, one of two false alarms).
  assert.equal(youdenThreshold([0.9, 0.7, 0.6, 0.1], [1, 0, 1, 0]), 0.6);
  assert.equal(youdenThreshold([0.3, 0.3], [1, 0]), 0.3);
  assert.throws(() => youdenThreshold([0.3], [1]), /both classes, received 1 positive and 0 negative/);
});

test('a perfect order has a threshold that errs nowhere', () => {
  const threshold = youdenThreshold([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0]);
  const { sensitivity, specificity } = operatingPoint([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0], threshold);
  assert.deepEqual([threshold, sensitivity, specificity], [0.8, 1, 1]);
});
