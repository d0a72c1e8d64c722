import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binaryCrossEntropy, l2Penalty } from '../../src/model/loss.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { tf } from '../../src/tensorflow/tf.js';
import { runPython } from '../python.js';

test("binaryCrossEntropy() equals scikit-learn's log loss, and stays finite at huge logits", async () => {
  openEngine();
  const logits = [-3, 0.5, 2, 7, -0.1];
  const labels = [0, 1, 0, 1, 1];
  const expected = runPython<number>(
    `import json, sys, numpy as np
from sklearn.metrics import log_loss
z, y = json.load(sys.stdin)
print(log_loss(y, 1 / (1 + np.exp(-np.array(z)))))`,
    [logits, labels],
  );
  const loss = binaryCrossEntropy(tf.tensor1d(logits), tf.tensor1d(labels)).dataSync()[0]!;
  assert.ok(Math.abs(loss - expected) < 1e-6);
  assert.equal(binaryCrossEntropy(tf.tensor1d([1e4, -1e4]), tf.tensor1d([0, 0])).dataSync()[0], 5000);
});

test('l2Penalty() is l2 times the sum of squares', () => {
  openEngine();
  const penalty = l2Penalty([tf.tensor1d([1, 2]), tf.tensor2d([[3]])], 0.1).dataSync()[0]!;
  assert.ok(Math.abs(penalty - 1.4) < 1e-6);
});
