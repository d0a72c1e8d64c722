import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLungs } from '../../src/lungs/chooseLungs.js';
import { components, runsOf } from '../../src/lungs/components.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { type Ellipsoid, paint } from './lungPicture.js';

const size: Vector3 = [100, 80, 60];
const right: Ellipsoid = { center: [28, 40, 30], half: [15, 22, 25] };
const left: Ellipsoid = { center: [72, 40, 30], half: [14, 21, 25] };

/** Volumes (voxels) of the chosen pieces, for voxels of 3 mm. */
function chosen(...shapes: readonly Ellipsoid[]): number[] {
  const air = new Uint8Array(size[0] * size[1] * size[2]);
  paint(air, size, shapes);
  const parts = components(runsOf(air, size));
  return chooseLungs(parts, [3, 3, 3]).map((label) => parts.voxels[label]!);
}

test('chooseLungs() takes both lungs, the larger first, also a shrunken one', () => {
  const [a, b] = chosen(left, right) as [number, number];
  assert.ok(a > b);
  assert.equal(chosen(right, { center: [70, 40, 45], half: [9, 12, 10] }).length, 2);
});

test('chooseLungs() leaves gas below the lungs, small pieces, and air far from the middle', () => {
  const lung = chosen(right);
  assert.equal(lung.length, 1);
  assert.deepEqual(chosen(right, { center: [70, 40, 12], half: [12, 14, 11] }), lung);
  assert.deepEqual(chosen(right, { center: [70, 40, 45], half: [5, 5, 8] }), lung);
  // A table: long, wide, and larger than the lungs.
  assert.deepEqual(chosen(right, { center: [50, 75, 30], half: [48, 4, 400] }), lung);
});

test('chooseLungs() finds none in little air', () => {
  assert.deepEqual(chosen({ center: [50, 40, 30], half: [12, 12, 12] }), []);
  assert.deepEqual(chosen(), []);
});
