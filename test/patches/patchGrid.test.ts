import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centerVoxelOf, firstVoxelOf, isInside, patchGrid } from '../../src/patches/patchGrid.js';
import { IDENTITY_DIRECTION } from '../../src/volumes/voxels/geometry.js';
import type { Geometry } from '../../src/volumes/voxels/volume.js';

const scan: Geometry = {
  size: [10, 20, 5],
  spacingMm: [0.7, 0.5, 2.5],
  originMm: [-100, 50, -20],
  direction: IDENTITY_DIRECTION,
};

test('patchGrid() ends at the last voxel of the scan: floor((n - 1) s / t + 1e-6) + 1', () => {
  assert.deepEqual(patchGrid(scan, [1, 1, 1]).size, [7, 10, 11]);
  assert.deepEqual(patchGrid(scan, [0.7, 0.5, 2.5]).size, [10, 20, 5]);
});

test('centerVoxelOf() rounds half to even after rounding to 1e-6, so that ties are real', () => {
  const at = (x: number) => centerVoxelOf(scan, [1, 1, 1], [-100 + x, 50, -20])[0];
  assert.deepEqual([0.5, 1.5, 2.5, 109.5, 2.4999996, 2.499].map(at), [0, 2, 2, 110, 2, 2]);
  assert.equal(at(0.5000004), 0);
});

test('firstVoxelOf() puts the centre on voxel n / 2 for even n and on the middle one for odd n', () => {
  assert.deepEqual(firstVoxelOf([10, 10, 10], [32, 9, 1]), [-6, 6, 10]);
});

test('isInside() takes voxels from 0 to size - 1', () => {
  const grid = patchGrid(scan, [1, 1, 1]);
  assert.ok(isInside(grid, [0, 0, 0]) && isInside(grid, [6, 9, 10]));
  assert.ok(!isInside(grid, [7, 0, 0]) && !isInside(grid, [0, -1, 0]));
});
