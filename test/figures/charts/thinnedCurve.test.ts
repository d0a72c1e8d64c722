import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThinnedCurve, thinnedCurve } from '../../../src/figures/charts/thinnedCurve.js';
import { createRandom } from '../../../src/random.js';

test('ThinnedCurve leaves a curve of few points as it is', () => {
  const curve = new ThinnedCurve(8);
  for (let x = 0; x < 8; x++) curve.add(x, x % 3);
  assert.deepEqual(curve.points(), { x: [0, 1, 2, 3, 4, 5, 6, 7], y: [0, 1, 2, 0, 1, 2, 0, 1] });
});

test('ThinnedCurve of a long one has few points, in order, and every peak of a part', () => {
  for (const length of [9, 100, 1001, 12_345]) {
    const random = createRandom(`curve ${length}`);
    const y = Array.from({ length }, () => random.between(-1, 1));
    y[Math.floor(length / 3)] = 100;
    y[Math.floor(length / 2)] = -100;
    const curve = new ThinnedCurve(64);
    for (const [x, value] of y.entries()) curve.add(x, value);
    const points = curve.points();
    assert.ok(points.x.length <= 64, `${points.x.length} points of ${length}`);
    assert.ok(length <= 64 || points.x.length > 16, `${points.x.length} points of ${length}`);
    assert.ok(points.x.every((x, at) => at === 0 || x > points.x[at - 1]!));
    assert.deepEqual(
      points.x.map((x) => y[x]),
      points.y,
    );
    assert.deepEqual([Math.max(...points.y), Math.min(...points.y)], [100, -100]);
  }
});

test('thinnedCurve() takes a whole curve', () => {
  const points = [
    { a: 0, b: 1 },
    { a: 1, b: 0 },
  ];
  assert.deepEqual(
    thinnedCurve(
      points,
      ({ a }) => a,
      ({ b }) => b,
    ),
    { x: [0, 1], y: [1, 0] },
  );
});
