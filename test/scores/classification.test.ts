import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyOf, crossEntropyOf, majorityAccuracy } from '../../src/scores/classification.js';
import { runPython } from '../python.js';

test("crossEntropyOf() equals scikit-learn's log loss, and is finite for wrong certainty", () => {
  const p = [0.9, 0.2, 0.6, 0.01];
  const y = [1, 0, 0, 1];
  const expected = runPython<number>(
    `import json, sys
from sklearn.metrics import log_loss
p, y = json.load(sys.stdin); print(log_loss(y, p))`,
    [p, y],
  );
  assert.ok(Math.abs(crossEntropyOf(p, y) - expected) < 1e-12);
  assert.ok(Math.abs(crossEntropyOf([0], [1]) + Math.log(1e-7)) < 1e-9);
});

test('accuracyOf() counts 0.5 as class 1', () => {
  assert.equal(accuracyOf([0.5, 0.49, 0.7, 0.2], [1, 0, 0, 1]), 0.5);
});

test('majorityAccuracy() is the share of the larger class', () => {
  assert.equal(majorityAccuracy([0, 0, 0, 1]), 0.75);
  assert.equal(majorityAccuracy([1]), 1);
  assert.throws(() => majorityAccuracy([]), /at least one case/);
});
