import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyOf, crossEntropyOf, lossOf, majorityAccuracy } from '../../src/scores/classification.js';
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

test("lossOf() of focal loss equals Keras' BinaryFocalCrossentropy, and is cross-entropy where gamma is 0", () => {
  const p = [0.9, 0.2, 0.6, 0.01, 1, 0];
  const y = [1, 0, 0, 1, 1, 1];
  const cases = [
    { gamma: 2, alpha: 0 },
    { gamma: 0.5, alpha: 0.25 },
    { gamma: 0, alpha: 0.9 },
  ];
  const expected = runPython<number[]>(
    `import json, sys, numpy as np, keras
p, y, cases = json.load(sys.stdin)
p, y = (np.array(x, np.float64)[:, None] for x in (p, y))
print(json.dumps([float(keras.losses.BinaryFocalCrossentropy(gamma=c['gamma'], alpha=c['alpha'], apply_class_balancing=c['alpha'] > 0, dtype='float64')(y, p)) for c in cases]))`,
    [p, y, cases],
  );
  for (const [i, { gamma, alpha }] of cases.entries()) {
    const ours = lossOf({ kind: 'focal', focalGamma: gamma, focalAlpha: alpha }, p, y);
    assert.ok(Math.abs(ours / expected[i]! - 1) < 1e-9, `${ours}, ${expected[i]}`);
  }
  const flat = lossOf({ kind: 'focal', focalGamma: 0, focalAlpha: 0 }, p, y);
  assert.ok(Math.abs(flat - lossOf({ kind: 'cross-entropy', focalGamma: 2, focalAlpha: 0.5 }, p, y)) < 1e-12);
});

test('accuracyOf() counts 0.5 as class 1', () => {
  assert.equal(accuracyOf([0.5, 0.49, 0.7, 0.2], [1, 0, 0, 1]), 0.5);
});

test('majorityAccuracy() is the share of the larger class', () => {
  assert.equal(majorityAccuracy([0, 0, 0, 1]), 0.75);
  assert.equal(majorityAccuracy([1]), 1);
  assert.throws(() => majorityAccuracy([]), /at least one case/);
});
