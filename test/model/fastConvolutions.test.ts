import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allowsMixed,
  convolveEightVoxels,
  convolveMixed,
  convolveToOneVoxel,
  reachedPart,
} from '../../src/model/fastConvolutions.js';
import { kernelReach } from '../../src/model/kernelReach.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor5D, tf } from '../../src/tensorflow/tf.js';
import { runPython } from '../python.js';
import { relativeDifference } from './kerasReference.js';

openEngine();

test('convolveMixed(): value and gradients equal numpy on inputs rounded to bfloat16, but for the rounding of results', () => {
  const shapes = { x: [2, 4, 4, 4, 3], k: [3, 3, 3, 3, 5], dy: [2, 4, 4, 4, 5] };
  // Numbers of few bits: bfloat16 holds them exactly, so that only results are rounded, to 8 bits.
  const few = (shape: number[], seed: number) =>
    tf.randomUniform(shape, -8, 8, 'int32', seed).toFloat().div(4) as Tensor5D;
  const [x, k, dy] = [few(shapes.x, 1), few(shapes.k, 2), few(shapes.dy, 3)];
  const numpy = runPython<{ y: number[]; dx: number[]; dk: number[] }>(
    `import sys, json
import numpy as np
q = json.load(sys.stdin)
x, k, dy = (np.array(q[n]).reshape(q['shapes'][n]) for n in ('x', 'k', 'dy'))
p = np.pad(x, [(0, 0)] + [(1, 1)] * 3 + [(0, 0)])
y, dk, dp = np.zeros(dy.shape), np.zeros(k.shape), np.zeros(p.shape)
for a in range(3):
    for b in range(3):
        for c in range(3):
            s = (slice(None), slice(a, a + 4), slice(b, b + 4), slice(c, c + 4))
            y += p[s] @ k[a, b, c]
            dk[a, b, c] = np.einsum('ndhwi,ndhwo->io', p[s], dy)
            dp[s] += dy @ k[a, b, c].T
print(json.dumps({'y': y.ravel().tolist(), 'dk': dk.ravel().tolist(), 'dx': dp[:, 1:-1, 1:-1, 1:-1].ravel().tolist()}))`,
    { shapes, x: [...x.dataSync()], k: [...k.dataSync()], dy: [...dy.dataSync()] },
  );
  const f = (a: Tensor5D, b: Tensor5D) => convolveMixed(a, b, 1, 'same').mul(dy).sum();
  const { grads } = tf.valueAndGrads(f as Parameters<typeof tf.valueAndGrads>[0])([x, k]);
  const close = (ours: ArrayLike<number>, theirs: readonly number[], name: string): void => {
    for (const [i, value] of theirs.entries())
      assert.ok(
        Math.abs(ours[i]! - value) <= 2 ** -8 * Math.abs(value) + 1e-6,
        `${name}[${i}]: ${ours[i]} ${value}`,
      );
  };
  close(convolveMixed(x, k, 1, 'same').dataSync(), numpy.y, 'y');
  close(grads[0]!.dataSync(), numpy.dx, 'dx');
  close(grads[1]!.dataSync(), numpy.dk, 'dk');
});

test('allowsMixed(): not on maps of 2^3 and less, where the gradient is not always finite', () => {
  assert.deepEqual(
    [
      [1, 1, 1],
      [2, 2, 2],
      [2, 4, 4],
      [3, 3, 3],
      [16, 16, 16],
    ].map(allowsMixed),
    [false, false, false, true, true],
  );
});

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
