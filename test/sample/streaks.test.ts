import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createCanvas } from '../../src/sample/canvas.js';
import { streakSource } from '../../src/sample/streaks.js';

const N = 101;
const canvas = createCanvas(
  { size: [N, N, 40], spacingMm: [1, 1, 2], originMm: [-50, -50, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  [0, 0, 0],
  1,
);
const sdOf = (values: ArrayLike<number>): number => {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
};

test('streakSource() adds rows at the shoulders only, of about the asked size, long in x', () => {
  const next = streakSource(canvas, 80, { shouldersHu: 50, metal: undefined }, createRandom(1));
  assert.equal(
    streakSource(canvas, 200, { shouldersHu: 50, metal: undefined }, createRandom(1))(0),
    undefined,
  );
  const top = next(39)!;
  const column = Array.from({ length: N }, (_, j) => top[j * N]!);
  assert.ok(Math.abs(sdOf(column) / 50 - 1) < 0.3, String(sdOf(column)));
  const steps = Array.from(top.subarray(1)).map((value, i) => Math.abs(value - top[i]!));
  assert.ok(steps.filter((_, i) => (i + 1) % N !== 0).every((step) => step < 4));
});

test('streakSource() adds rays around metal in its slices, weaker farther away, in every direction', () => {
  const next = streakSource(canvas, 500, { shouldersHu: 0, metal: [0, 0, 20] }, createRandom(2));
  assert.equal(next(2), undefined);
  const slice = next(10)!;
  const ring = (radius: number): number[] =>
    Array.from({ length: 360 }, (_, degree) => {
      const [i, j] = [Math.cos, Math.sin].map((f) => Math.round(50 + radius * f((degree * Math.PI) / 180)));
      return slice[j! * N + i!]!;
    });
  assert.ok(sdOf(ring(10)) > 1.4 * sdOf(ring(45)));
  for (const quarter of [0, 90, 180, 270]) assert.ok(sdOf(ring(20).slice(quarter, quarter + 90)) > 20);
});
