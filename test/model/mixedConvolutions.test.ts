import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowsMixed, convolveMixed } from '../../src/model/mixedConvolutions.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor5D, tf } from '../../src/tensorflow/tf.js';
import { runPython } from '../python.js';

openEngine();

interface Case {
  readonly way: string;
  readonly map: readonly [number, number, number];
  readonly rows: number;
  readonly taps: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
}
type Shape5 = [number, number, number, number, number];

const PLAIN: Case = {
  way: 'plain',
  map: [4, 4, 4],
  rows: 2,
  taps: 3,
  inChannels: 3,
  outChannels: 5,
  stride: 1,
};
const CASES: readonly Case[] = [
  PLAIN,
  { ...PLAIN, way: 'roles swapped', rows: 8, inChannels: 64, outChannels: 65 },
  {
    ...PLAIN,
    way: 'roles swapped, edges that differ',
    map: [3, 4, 1],
    rows: 16,
    inChannels: 66,
    outChannels: 64,
  },
  { ...PLAIN, way: 'pairs of voxels', map: [8, 8, 8], taps: 7, inChannels: 1, stride: 2 },
  { ...PLAIN, way: 'pairs of voxels, odd and even edges', map: [6, 8, 9], inChannels: 1, stride: 2 },
  { ...PLAIN, way: 'pairs of voxels, even kernel', map: [6, 9, 8], taps: 4, inChannels: 1, stride: 2 },
];

/** Conv3D with TensorFlow's SAME padding, and its gradients. */
const NUMPY = `import sys, json
import numpy as np
q = json.load(sys.stdin)
x, k, dy = (np.array(q[n]).reshape(q['shapes'][n]) for n in ('x', 'k', 'dy'))
taps, stride, out = k.shape[0], q['stride'], dy.shape[1:4]
total = [max(0, (o - 1) * stride + taps - i) for o, i in zip(out, x.shape[1:4])]
around = [(t // 2, t - t // 2) for t in total]
p = np.pad(x, [(0, 0), *around, (0, 0)])
y, dk, dp = np.zeros(dy.shape), np.zeros(k.shape), np.zeros(p.shape)
for a in range(taps):
    for b in range(taps):
        for c in range(taps):
            s = (slice(None), *(slice(t, t + (o - 1) * stride + 1, stride) for t, o in zip((a, b, c), out)))
            y += p[s] @ k[a, b, c]
            dk[a, b, c] = np.einsum('ndhwi,ndhwo->io', p[s], dy, optimize=True)
            dp[s] += dy @ k[a, b, c].T
inside = tuple(slice(before, before + n) for (before, _), n in zip(around, x.shape[1:4]))
print(json.dumps({'y': y.ravel().tolist(), 'dk': dk.ravel().tolist(), 'dx': dp[(slice(None), *inside)].ravel().tolist()}))`;

/** Numbers of few bits: bfloat16 holds them exactly, so that only results are rounded, to 8 bits. */
function few(shape: Shape5, seed: number): Tensor5D {
  return tf.randomUniform(shape, -8, 8, 'int32', seed).toFloat().div(4) as Tensor5D;
}

for (const { way, map, rows, taps, inChannels, outChannels, stride } of CASES)
  test(`convolveMixed(), ${way}: value and gradients equal numpy on inputs rounded to bfloat16, but for the rounding of results`, () => {
    const output = map.map((edge) => Math.ceil(edge / stride)) as [number, number, number];
    const x = few([rows, ...map, inChannels], 1);
    const k = few([taps, taps, taps, inChannels, outChannels], 2);
    const dy = few([rows, ...output, outChannels], 3);
    const numpy = runPython<{ y: number[]; dx: number[]; dk: number[] }>(NUMPY, {
      stride,
      shapes: { x: x.shape, k: k.shape, dy: dy.shape },
      x: [...x.dataSync()],
      k: [...k.dataSync()],
      dy: [...dy.dataSync()],
    });
    const f = (a: Tensor5D, b: Tensor5D) => convolveMixed(a, b, stride, 'same').mul(dy).sum();
    const { grads } = tf.valueAndGrads(f as Parameters<typeof tf.valueAndGrads>[0])([x, k]);
    const close = (ours: ArrayLike<number>, theirs: readonly number[], name: string): void => {
      assert.equal(ours.length, theirs.length, name);
      for (const [i, value] of theirs.entries())
        assert.ok(
          Math.abs(ours[i]! - value) <= 2 ** -8 * Math.abs(value) + 1e-6,
          `${name}[${i}]: ${ours[i]} ${value}`,
        );
    };
    close(convolveMixed(x, k, stride, 'same').dataSync(), numpy.y, 'y');
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
