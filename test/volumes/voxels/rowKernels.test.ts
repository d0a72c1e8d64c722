import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/random.js';
import { createRowKernels, paddedLength, ROW_STEP } from '../../../src/volumes/voxels/rowKernels.js';
import { storedHu } from '../../../src/volumes/voxels/storedHu.js';

const COUNT = 3 * ROW_STEP;
/** Rows of numbers with all bits set somewhere, ends of int16 and ties among them. */
const random = createRandom(3);
const rows = [0, 1, 2, 3, 4].map(() =>
  Float64Array.from({ length: COUNT }, (_, i) =>
    i % 7 === 0 ? [-40000, 40000, 12.5, -13.5, -0.5][i % 5]! : random.between(-3000, 3000),
  ),
);
const [into, a, b, c, d] = rows as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
const place = (row: number): number => row * COUNT * 8;

function filled(): ReturnType<typeof createRowKernels> {
  const kernels = createRowKernels(7 * COUNT);
  for (const [i, row] of rows.entries()) kernels.values.set(row, i * COUNT);
  return kernels;
}

const FLOAT: readonly [string, (k: ReturnType<typeof filled>) => void, (i: number) => number][] = [
  ['mix', (k) => k.mix(0, COUNT, place(1), place(2), 0.3), (i) => a[i]! + (b[i]! - a[i]!) * 0.3],
  [
    'weigh',
    (k) => k.weigh(0, COUNT, place(1), place(2), place(3), place(4), 0.1, 0.6, 0.25, 0.05),
    (i) => a[i]! * 0.1 + b[i]! * 0.6 + c[i]! * 0.25 + d[i]! * 0.05,
  ],
  ['scale', (k) => k.scale(0, COUNT, 1 / 3), (i) => into[i]! * (1 / 3)],
  ['addScaled', (k) => k.addScaled(0, COUNT, place(1), -0.27), (i) => into[i]! + a[i]! * -0.27],
  ['reflect', (k) => k.reflect(0, COUNT, place(1), -0.27), (i) => (a[i]! - into[i]!) * -0.27],
];

for (const [name, run, expected] of FLOAT)
  test(`createRowKernels().${name}() has the bits of JavaScript's arithmetic, and touches no other row`, () => {
    const kernels = filled();
    run(kernels);
    assert.deepEqual(
      [...kernels.values.subarray(0, COUNT)],
      Array.from({ length: COUNT }, (_, i) => expected(i)),
    );
    for (const [i, row] of rows.entries())
      if (i > 0) assert.deepEqual(kernels.values.subarray(i * COUNT, (i + 1) * COUNT), row);
  });

test('createRowKernels().mixVoxels() interpolates between int16 voxels side by side', () => {
  const kernels = createRowKernels(200);
  const voxels = Array.from(
    { length: 40 },
    (_, i) => [-32768, 32767, -5, 700][i % 4]! - (i % 4 === 3 ? i : 0),
  );
  const at = Array.from({ length: COUNT }, (_, i) => (i * 5) % 39);
  const shares = at.map((_, i) => i / COUNT);
  kernels.hu.set(voxels, 400);
  new Int32Array(kernels.values.buffer).set(
    at.map((voxel) => voxel * 2),
    120,
  );
  kernels.values.set(shares, 30);
  kernels.mixVoxels(0, COUNT, 480, 240, 800);
  assert.deepEqual(
    [...kernels.values.subarray(0, COUNT)],
    at.map((voxel, i) => voxels[voxel]! + (voxels[voxel + 1]! - voxels[voxel]!) * shares[i]!),
  );
});

test('createRowKernels().mixToHu() and weighToHu() store what storedHu() gives, and nothing behind it', () => {
  const kernels = filled();
  const at = 5 * COUNT * 4;
  const stored = (): number[] => [...kernels.hu.subarray(at, at + COUNT + 1)];
  kernels.mixToHu(at * 2, COUNT, place(1), place(2), 0.5);
  const mixed = Array.from({ length: COUNT }, (_, i) => storedHu(a[i]! + (b[i]! - a[i]!) * 0.5) + 0);
  assert.deepEqual(stored(), [...mixed, 0]);
  kernels.weighToHu(at * 2, COUNT, place(1), place(2), place(3), place(4), 1, 0, 0, 0);
  assert.deepEqual(stored(), [...Array.from(a, (value) => storedHu(value) + 0), 0]);
});

test('createRowKernels().floatsToHu() stores what storedHu() gives for float32, and the lowest for what is not finite', () => {
  const kernels = createRowKernels(COUNT);
  const random = createRandom(5);
  const values = Float32Array.from({ length: COUNT }, () => random.between(-40000, 40000));
  values.set([0.5, 1.5, -0.5, -2.5, 32767.5, -32768.5, Infinity, -Infinity, 3e9, -3e38, 1e-40, Number.NaN]);
  kernels.floats.set(values);
  const at = 2 * COUNT;
  kernels.floatsToHu(at * 2, COUNT, 0);
  const expected = Array.from(values, (value) => (Number.isFinite(value) ? storedHu(value) + 0 : -32768));
  assert.deepEqual([...kernels.hu.subarray(at, at + COUNT + 1)], [...expected, 0]);
  assert.deepEqual(kernels.floats.subarray(0, COUNT), values);
});

test('paddedLength() is the next multiple of the step', () => {
  assert.deepEqual([1, ROW_STEP, ROW_STEP + 1].map(paddedLength), [ROW_STEP, ROW_STEP, 2 * ROW_STEP]);
});
