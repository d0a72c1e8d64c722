import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CROSS_ENTROPY } from '../../src/config/lossSettings.js';
import { classFactors, shareInBatches, shareOfLoss } from '../../src/feed/batchShare.js';
import { runPython } from '../python.js';

test("classFactors() of auto are scikit-learn's balanced class weights; others are as they were given", () => {
  const rows = [...Array<number>(30).fill(0), ...Array<number>(10).fill(1)];
  const expected = runPython<number[]>(
    `import json, sys, numpy as np
from sklearn.utils.class_weight import compute_class_weight
print(json.dumps(compute_class_weight('balanced', classes=np.array([0, 1]), y=np.array(json.load(sys.stdin))).tolist()))`,
    rows,
  );
  const auto = { ...CROSS_ENTROPY, classWeights: 'auto' } as const;
  const natural = shareInBatches({ kind: 'natural', positiveShare: 0.3 }, 0.25);
  for (const [i, factor] of classFactors(auto, natural).entries())
    assert.ok(Math.abs(factor - expected[i]!) < 1e-12);
  assert.deepEqual(
    classFactors(auto, shareInBatches({ kind: 'balanced', positiveShare: 0.3 }, 0.25)),
    [1, 1],
  );
  assert.equal(shareInBatches({ kind: 'weighted', positiveShare: 0.3 }, 0.25), 0.3);
  assert.deepEqual(classFactors(CROSS_ENTROPY, 0.1), [1, 1]);
  assert.deepEqual(classFactors({ classWeights: [1, 4] }, 0.1), [1, 4]);
});

test('shareOfLoss() is the share of the batches, moved by class weights and alpha', () => {
  assert.equal(shareOfLoss(CROSS_ENTROPY, 0.1), 0.1);
  assert.equal(shareOfLoss({ ...CROSS_ENTROPY, classWeights: 'auto' }, 0.1), 0.5);
  assert.equal(shareOfLoss({ ...CROSS_ENTROPY, classWeights: [1, 3] }, 0.25), 0.5);
  assert.equal(shareOfLoss({ ...CROSS_ENTROPY, kind: 'focal', focalAlpha: 0.75 }, 0.25), 0.5);
  assert.equal(shareOfLoss({ ...CROSS_ENTROPY, focalAlpha: 0.75 }, 0.25), 0.25, 'alpha is of focal loss');
});
