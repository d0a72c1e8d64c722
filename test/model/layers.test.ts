import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convolve, normaliseBy, normaliseByBatch, rectify } from '../../src/model/layers.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor, type Tensor1D, type Tensor5D, tensorOf, tf } from '../../src/tensorflow/tf.js';
import { relativeDifference } from './kerasReference.js';

openEngine();
const random = (shape: [number, number, number, number, number], seed: number): Tensor5D =>
  tf.randomNormal(shape, 0, 1, 'float32', seed);

// The whole network against Keras: test/training/step/tracedLearner.test.ts.

test('convolve() on a map of one voxel equals the plain convolution, in value and in both gradients', () => {
  const x = random([3, 1, 1, 1, 5], 1);
  const kernel = random([3, 3, 3, 5, 4], 2);
  const bias = tf.zeros([4]) as Tensor1D;
  const fast = (a: Tensor5D, k: Tensor5D) => convolve(a, k, bias, 1, 'same').square().sum();
  const plain = (a: Tensor5D, k: Tensor5D) => tf.conv3d(a, k, 1, 'same').square().sum();
  const results = [fast, plain].map((f) =>
    tf.valueAndGrads(f as Parameters<typeof tf.valueAndGrads>[0])([x, kernel]),
  );
  const [a, b] = results.map(({ value, grads }) => [value, ...grads].map((tensor) => tensor.dataSync()));
  for (let i = 0; i < 3; i++) assert.ok(relativeDifference(a![i]!, b![i]!) < 1e-5, `part ${i}`);
});

test('normaliseByBatch() equals the moments of tf, hands out biased variance, and has their gradients', () => {
  const x = random([4, 3, 3, 3, 2], 3).mul(2).add(1) as Tensor5D;
  const gamma = tf.tensor1d([1.5, 0.5]);
  const beta = tf.tensor1d([0.1, -0.2]);
  let variance: Float32Array | undefined;
  const fused = (a: Tensor5D, g: Tensor1D, b: Tensor1D) =>
    normaliseByBatch(a, g, b, ({ varianceId }) => {
      variance = tensorOf({ id: varianceId, shape: [2], dtype: 1 }).dataSync() as Float32Array;
    })
      .pow(3)
      .sum();
  const plain = (a: Tensor5D, g: Tensor1D, b: Tensor1D) => {
    const moments = tf.moments(a, [0, 1, 2, 3]);
    return normaliseBy(a, g, b, moments.mean, moments.variance).pow(3).sum();
  };
  const [one, two] = [fused, plain].map((f) =>
    tf.valueAndGrads(f as Parameters<typeof tf.valueAndGrads>[0])([x, gamma, beta]),
  );
  assert.ok(relativeDifference(variance!, tf.moments(x, [0, 1, 2, 3]).variance.dataSync()) < 1e-5);
  assert.ok(relativeDifference(one!.value.dataSync(), two!.value.dataSync()) < 1e-4);
  for (let i = 0; i < 3; i++)
    assert.ok(
      relativeDifference(one!.grads[i]!.dataSync(), two!.grads[i]!.dataSync()) < 1e-3,
      `gradient ${i}`,
    );
});

test("rectify(): value and gradient are TensorFlow.js' own", () => {
  const x = tf.tensor5d([-2, -0.5, 0, 0.5, 3, -1], [1, 1, 2, 3, 1]);
  const dy = tf.tensor5d([1, 2, 3, 4, 5, -6], [1, 1, 2, 3, 1]);
  const ours = (given: Tensor): Tensor => rectify(given as Tensor5D);
  assert.deepEqual(ours(x).dataSync(), tf.relu(x).dataSync());
  const expected = tf.grad((given: Tensor) => tf.relu(given))(x, dy);
  assert.deepEqual(tf.grad(ours)(x, dy).dataSync(), expected.dataSync());
});
