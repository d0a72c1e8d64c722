import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AffineMap,
  affineMap,
  drawAffine,
  interpolates,
  inverseAffine,
} from '../../../src/feed/augment/affine.js';
import { resampleAffine } from '../../../src/feed/augment/resampleAffine.js';
import { createRandom } from '../../../src/random.js';

const shape = { dim: 32, slices: 32 };

function placeIn(map: AffineMap, [x, y, z]: readonly number[]): number[] {
  return [0, 4, 8].map((row) => map[row]! * x! + map[row + 1]! * y! + map[row + 2]! * z! + map[row + 3]!);
}

function near(actual: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(actual[i]! - value) < 1e-9, `${actual}`);
}

test('affineMap() turns about the centre, magnifies and shifts: places worked out by hand', () => {
  const quarter = affineMap(shape, { factor: 1, axis: [0, 0, 2], angle: Math.PI / 2, shift: [0, 0, 0] });
  // The value at (31, 0) in the old patch turns to (31, 31) in the new one.
  near(placeIn(quarter, [31, 31, 5]), [31, 0, 5]);
  const larger = affineMap(shape, { factor: 2, axis: [0, 0, 1], angle: 0, shift: [1, 0, 0] });
  near(placeIn(larger, [16.5, 15.5, 15.5]), [15.5, 15.5, 15.5]);
  near(placeIn(larger, [18.5, 15.5, 15.5]), [16.5, 15.5, 15.5]);
});

test('affineMap() keeps distances in mm where voxels are no cubes', () => {
  const flat = { dim: 20, slices: 10, spacingMm: [1, 1, 2] };
  const map = affineMap(flat, { factor: 1, axis: [1, 0, 0], angle: Math.PI / 2, shift: [0, 0, 0] });
  const [, y, z] = placeIn(map, [9.5, 9.5, 4.5 + 2]) as [number, number, number];
  // Two slices (4 mm) along z come from 4 voxels along y.
  assert.ok(Math.abs(Math.abs(y - 9.5) - 4) < 1e-9 && Math.abs(z - 4.5) < 1e-9, `${y} ${z}`);
});

test('inverseAffine() leads each place back, and a smooth patch within 2 HU away from its border', () => {
  const map = drawAffine({ scale: [0.9, 1.1], rotate: 15 }, createRandom(5), shape, [1, 0, -1]);
  near(placeIn(inverseAffine(map), placeIn(map, [3, 17, 29])), [3, 17, 29]);
  const patch = Int16Array.from(
    { length: 32 ** 3 },
    (_, i) => 300 * Math.sin((i % 32) / 9) + 8 * (Math.floor(i / 32) % 32) - 5 * Math.floor(i / 1024),
  );
  const there = patch.slice();
  resampleAffine(there, 0, shape, map);
  assert.notDeepEqual(there, patch);
  resampleAffine(there, 0, shape, inverseAffine(map));
  for (let z = 10; z < 22; z++)
    for (let i = z * 1024 + 10 * 32 + 10; i < z * 1024 + 10 * 32 + 22; i++)
      assert.ok(Math.abs(there[i]! - patch[i]!) <= 2, `${there[i]} ${patch[i]}`);
  assert.throws(() => inverseAffine(new Array(12).fill(0)), RangeError);
});

test('drawAffine() stays within the plan: angle, scale and shift', () => {
  const random = createRandom(1);
  const plan = { scale: [0.8, 1.2], rotate: 20, shiftFine: 0.5 } as const;
  assert.ok(interpolates(plan) && !interpolates({ shift: 2, flips: true }));
  let [smallest, largest, widest] = [9, 0, 0];
  for (let i = 0; i < 500; i++) {
    const map = drawAffine(plan, random, shape, [0, 0, 0]);
    const factor = 1 / Math.hypot(map[0]!, map[4]!, map[8]!);
    const angle = Math.acos(((map[0]! + map[5]! + map[10]!) * factor - 1) / 2);
    [smallest, largest] = [Math.min(smallest, factor), Math.max(largest, factor)];
    widest = Math.max(widest, (angle * 180) / Math.PI);
    const center = placeIn(map, [15.5, 15.5, 15.5]).map((value) => value - 15.5);
    assert.ok(Math.hypot(...center) * factor <= Math.sqrt(0.75) + 1e-9);
  }
  assert.ok(smallest >= 0.8 - 1e-9 && smallest < 0.81 && largest <= 1.2 + 1e-9 && largest > 1.19);
  assert.ok(widest <= 20 + 1e-6 && widest > 19, String(widest));
});
