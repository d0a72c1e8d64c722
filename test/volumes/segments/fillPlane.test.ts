import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/random.js';
import { fillPlane, type Polygon } from '../../../src/volumes/segments/fillPlane.js';
import { runPython } from '../../python.js';

const GRID = { originMm: [-3, 2] as const, pitchMm: 0.5 };
const COLUMNS = 40;
const ROWS = 30;

function filled(...polygons: readonly Polygon[]): number[] {
  const plane = new Uint8Array(COLUMNS * ROWS);
  fillPlane(plane, COLUMNS, polygons, GRID);
  return Array.from(plane);
}

test('fillPlane() sets the pixels whose centres lie in the polygon, as crossings of another direction say', () => {
  const random = createRandom('polygons');
  const polygons = Array.from({ length: 25 }, () =>
    Array.from(
      { length: 3 + random.integer(9) },
      () => [-6 + 30 * random.uniform(), -1 + 22 * random.uniform()] as const,
    ),
  );
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np
def winding(points):
    # Parity of the crossings of a ray downwards: another direction than the program's.
    x, y = np.meshgrid(-3 + 0.5 * np.arange(${COLUMNS}), 2 + 0.5 * np.arange(${ROWS}))
    inside = np.zeros(x.shape, bool)
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1]):
        with np.errstate(all='ignore'):
            inside ^= ((x1 <= x) != (x2 <= x)) & (y1 + (x - x1) * (y2 - y1) / (x2 - x1) < y)
    return inside.astype(int).ravel().tolist()
print(json.dumps([winding(p) for p in json.load(sys.stdin)]))`,
    polygons,
  );
  for (const [i, polygon] of polygons.entries()) assert.deepEqual(filled(polygon), expected[i]);
});

test('fillPlane() leaves a hole where one polygon lies in another, and what is outside the plane', () => {
  const square = (low: number, high: number): Polygon => [
    [low, low],
    [high, low],
    [high, high],
    [low, high],
  ];
  const sum = (plane: readonly number[]): number => plane.reduce((total, value) => total + value, 0);
  assert.equal(sum(filled(square(3.1, 8.1))), 100);
  assert.equal(sum(filled(square(3.1, 8.1), square(4.1, 6.1))), 100 - 16);
  assert.equal(sum(filled(square(-100, 100))), COLUMNS * ROWS);
  assert.equal(sum(filled(square(100, 200))), 0);
});
