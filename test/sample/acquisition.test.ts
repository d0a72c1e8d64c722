import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Acquisition, isInScan, shiftAt, worldOf } from '../../src/sample/acquisition.js';
import { planScan } from '../../src/sample/scanPlan.js';
import { worldToVoxel } from '../../src/volumes/voxels/geometry.js';

const scans: Acquisition[] = Array.from(
  { length: 30 },
  (_, index) => planScan({ seed: 16, scans: 30, coarsening: 4 }, index).acquisition,
);

test('drawAcquisition() takes scans with every kernel, noise over 20 to 80 HU, motion, metal', () => {
  const sds = scans.map(({ noise }) => noise.sdHu);
  assert.ok(
    Math.min(...sds) >= 20 && Math.max(...sds) <= 80 && Math.min(...sds) < 30 && Math.max(...sds) > 65,
  );
  assert.deepEqual([...new Set(scans.map(({ kernel }) => kernel.name))].sort(), [
    'medium',
    'sharp',
    'smooth',
  ]);
  for (const { kernel, noise } of scans) assert.ok(kernel.name !== 'sharp' || noise.sdHu >= 40);
  assert.ok(
    scans.some(({ motion }) => motion !== undefined) && scans.some(({ motion }) => motion === undefined),
  );
  assert.ok(scans.some(({ streaks }) => streaks.metal) && scans.some(({ streaks }) => !streaks.metal));
});

test('drawAcquisition() gives the scans of each subset different slice spacings', () => {
  for (let subset = 0; subset < 10; subset++) {
    const spacings = [0, 10, 20].map((more) => scans[subset + more]!.geometry.spacingMm[2]);
    assert.ok(new Set(spacings).size >= 2, `${subset}: ${spacings}`);
  }
});

test('worldOf() lies elsewhere above a motion step, by its shift', () => {
  const moved = scans.find(({ motion }) => motion !== undefined)!;
  const { fromZ, shiftMm } = moved.motion!;
  assert.deepEqual(shiftAt(moved, fromZ - 0.1), [0, 0, 0]);
  assert.deepEqual(shiftAt(moved, fromZ), shiftMm);
  const [x] = worldOf(moved, [10, 20, fromZ]);
  assert.ok(Math.abs(x - (moved.middleWorldMm[0] + 10 + shiftMm[0])) < 1e-9);
});

test('isInScan() keeps the margin in mm on every axis', () => {
  for (const scan of scans.slice(0, 5)) {
    const { geometry, middleWorldMm } = scan;
    const middleZ =
      geometry.originMm[2] + ((geometry.size[2] - 1) * geometry.spacingMm[2]) / 2 - middleWorldMm[2];
    assert.ok(isInScan(scan, [0, 0, middleZ], [4, 4, 12]));
    const low = geometry.originMm[2] - middleWorldMm[2];
    assert.ok(!isInScan(scan, [0, 0, low + 11], [4, 4, 12]));
    assert.ok(isInScan(scan, [0, 0, low + 13], [4, 4, 12]));
    assert.ok(worldToVoxel(geometry, worldOf(scan, [0, 0, low]))[2] > -0.01);
  }
});
