import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convolveEightVoxels, convolveToOneVoxel, reachedPart } from '../../src/model/fastConvolutions.js';
import { kernelReach } from '../../src/model/kernelReach.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor5D, tf } from '../../src/tensorflow/tf.js';
import { relativeDifference } from './kerasReference.js';

openEngine();

test('convolveToOneVoxel(), convolveEightVoxels() equal the plain convolution, in value and gradients', () => {
  const random = (shape: [number, number, number, number, number], seed: number) =>
    tf.randomNormal(shape, 0, 1, 'float32', seed) as Tensor5D;
  const kernel = random([3, 3, 3, 6, 4], 2);
  const toOneVoxel = (edge: number, stride: number) => (a: Tensor5D, k: Tensor5D) =>
    convolveToOneVoxel(a, k, kernelReach([edge, edge, edge], k.shape.slice(0, 3), stride)!);
  for (const [fast, edge, stride] of [
    [toOneVoxel(1, 1), 1, 1],
    [toOneVoxel(1, 2), 1, 2],
    [toOneVoxel(2, 2), 2, 2],
    [convolveEightVoxels, 2, 1],
  ] as const) {
    const x = random([3, edge, edge, edge, 6], 1);
    const plain = (a: Tensor5D, k: Tensor5D) => tf.conv3d(a, k, stride, 'same');
    const [ours, theirs] = [fast, plain].map((convolve) => {
      const loss = (a: Tensor5D, k: Tensor5D) => convolve(a, k).pow(3).sum();
      const { grads } = tf.valueAndGrads(loss as Parameters<typeof tf.valueAndGrads>[0])([x, kernel]);
      return [convolve(x, kernel), ...grads].map((tensor) => tensor.dataSync());
    });
    for (let i = 0; i < 3; i++)
      assert.ok(
        relativeDifference(ours![i]!, theirs![i]!) < 1e-5,
        `edge ${edge}, stride ${stride}, part ${i}`,
      );
  }
});

test('convolveToOneVoxel() of the part that is reached is that of the whole kernel', () => {
  const [x, kernel] = [tf.randomNormal([2, 2, 2, 2, 5]), tf.randomNormal([3, 3, 3, 5, 4])] as [
    Tensor5D,
    Tensor5D,
  ];
  const part = reachedPart(kernel, kernelReach([2, 2, 2], [3, 3, 3], 2)!);
  assert.deepEqual(part.shape, [2, 2, 2, 5, 4]);
  const ofPart = convolveToOneVoxel(x, part, kernelReach([2, 2, 2], [2, 2, 2], 2)!);
  const ofWhole = convolveToOneVoxel(x, kernel, kernelReach([2, 2, 2], [3, 3, 3], 2)!);
  assert.deepEqual(ofPart.dataSync(), ofWhole.dataSync());
});
