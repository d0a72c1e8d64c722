import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchLoss, l2Penalty, lossOfBatch, PLAIN_LOSS } from '../../src/model/loss.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor1D, tf } from '../../src/tensorflow/tf.js';
import { runPython } from '../python.js';

test("lossOfBatch() by itself equals scikit-learn's log loss, and stays finite at huge logits", async () => {
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
  const loss = lossOfBatch(PLAIN_LOSS, tf.tensor1d(logits), tf.tensor1d(labels)).dataSync()[0]!;
  assert.ok(Math.abs(loss - expected) < 1e-6);
  assert.equal(lossOfBatch(PLAIN_LOSS, tf.tensor1d([1e4, -1e4]), tf.tensor1d([0, 0])).dataSync()[0], 5000);
});

test('l2Penalty() is l2 times the sum of squares', () => {
  openEngine();
  const penalty = l2Penalty([tf.tensor1d([1, 2]), tf.tensor2d([[3]])], 0.1).dataSync()[0]!;
  assert.ok(Math.abs(penalty - 1.4) < 1e-6);
});

const FOCAL: BatchLoss = { kind: 'focal', focalGamma: 2, focalAlpha: 0, classFactors: [1, 1] };

const LOSSES: readonly [string, BatchLoss, { class: string; options: Record<string, number | boolean> }][] = [
  ['cross-entropy', PLAIN_LOSS, { class: 'BinaryCrossentropy', options: {} }],
  [
    'class weights 0.7 and 4',
    { ...PLAIN_LOSS, classFactors: [0.7, 4] },
    { class: 'BinaryCrossentropy', options: {} },
  ],
  ['focal loss', FOCAL, { class: 'BinaryFocalCrossentropy', options: { gamma: 2 } }],
  [
    'focal loss with gamma 0.5, alpha and class weights',
    { ...FOCAL, focalGamma: 0.5, focalAlpha: 0.25, classFactors: [1, 3] },
    { class: 'BinaryFocalCrossentropy', options: { gamma: 0.5, alpha: 0.25, apply_class_balancing: true } },
  ],
];

test("lossOfBatch(): values and gradients are those of Keras' train_on_batch() with class_weight", () => {
  openEngine();
  const logits = [-3, 0.5, 2, 7, -0.1, -6, 1.5, 0];
  const labels = [0, 1, 0, 1, 1, 1, 0, 0];
  const cases = LOSSES.map(([, ours, keras]) => ({ loss: keras, weights: ours.classFactors }));
  // A weight a row that is the row's logit: a step of SGD with a rate of 1 takes the gradient off.
  const reference = runPython<{ loss: number; gradient: number[] }[]>(
    `import json, sys, numpy as np, keras
q = json.load(sys.stdin)
z, y = np.array(q['logits'], np.float32), np.array(q['labels'], np.float32)
out = []
for case in q['cases']:
    model = keras.Sequential([keras.Input(z.shape), keras.layers.Dense(1, use_bias=False)])
    model.layers[0].set_weights([z[:, None]])
    loss = getattr(keras.losses, case['loss']['class'])(from_logits=True, **case['loss']['options'])
    model.compile(keras.optimizers.SGD(1.0), loss)
    value = model.train_on_batch(np.eye(len(z), dtype=np.float32), y[:, None], class_weight=dict(enumerate(case['weights'])))
    out.append({'loss': float(value), 'gradient': (z - model.layers[0].get_weights()[0][:, 0]).tolist()})
print(json.dumps(out))`,
    { logits, labels, cases },
  );
  for (const [index, [title, ours]] of LOSSES.entries()) {
    const expected = reference[index]!;
    const { value, grad } = tf.valueAndGrad((z) => lossOfBatch(ours, z as Tensor1D, tf.tensor1d(labels)))(
      tf.tensor1d(logits),
    );
    // Measured: no difference (Keras 3.15).
    const difference = Math.abs(value.dataSync()[0]! / expected.loss - 1);
    assert.ok(difference < 3e-7, `${title}: loss differs by ${difference}`);
    // Keras forms probabilities first, which costs digits where they are near 0 and 1: measured at most 2.2e-7.
    for (const [row, slope] of [...grad.dataSync()].entries())
      assert.ok(Math.abs(slope - expected.gradient[row]!) < 1e-6, `${title}, row ${row}: ${slope}`);
  }
});

test('lossOfBatch(): focal loss and its gradient are finite at huge logits, and the mean of parts is the whole', () => {
  openEngine();
  const labels = tf.tensor1d([0, 0, 1, 1]);
  const loss = { ...FOCAL, focalGamma: 0.5, classFactors: [1, 5] as const };
  const { value, grad } = tf.valueAndGrad((z) => lossOfBatch(loss, z as Tensor1D, labels))(
    tf.tensor1d([1e4, -1e4, 1e4, -1e4]),
  );
  assert.equal(value.dataSync()[0], (1e4 + 5e4) / 4);
  assert.deepEqual(
    Array.from(grad.dataSync(), (slope) => slope + 0),
    [0.25, 0, 0, -1.25],
  );
  // One part has nodules alone, the other none: the whole is their mean all the same.
  const [z, y] = [
    [0.3, -2, 1, 4],
    [1, 1, 0, 0],
  ] as const;
  const of = (from: number, to: number): number =>
    lossOfBatch(loss, tf.tensor1d(z.slice(from, to)), tf.tensor1d(y.slice(from, to))).dataSync()[0]!;
  assert.ok(Math.abs((of(0, 2) + of(2, 4)) / 2 - of(0, 4)) < 1e-6);
});
