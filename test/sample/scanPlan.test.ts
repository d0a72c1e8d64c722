import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planGeometry, planScan } from '../../src/sample/scanPlan.js';

const SETTINGS = { seed: 16, scans: 10, coarsening: 1 };

test('planGeometry() draws 0.6-0.9 mm in plane, 1-2.5 mm between slices, over both ranges, for any seed', () => {
  for (const seed of [0, 1, 16, 2024]) {
    const spacings = Array.from({ length: 10 }, (_, i) => planGeometry({ ...SETTINGS, seed }, i).spacingMm);
    for (const [x, y, z] of spacings) assert.ok(x === y && x >= 0.6 && x <= 0.9 && z >= 1 && z <= 2.5);
    assert.ok(Math.min(...spacings.map(([x]) => x)) < 0.64 && Math.max(...spacings.map(([x]) => x)) > 0.86);
    assert.ok(new Set(spacings.map(([, , z]) => z)).has(1) && new Set(spacings.map(([, , z]) => z)).has(2.5));
  }
});

test('planGeometry() has identity and flipped directions, origins of both signs, and unequal sizes in each set of ten', () => {
  for (const seed of [0, 1, 16, 2024]) {
    const geometries = Array.from({ length: 10 }, (_, i) => planGeometry({ ...SETTINGS, seed }, i));
    const flipped = geometries.filter(({ direction }) => direction.join() === '-1,0,0,0,-1,0,0,0,1');
    const upright = geometries.filter(({ direction }) => direction.join() === '1,0,0,0,1,0,0,0,1');
    assert.equal(flipped.length + upright.length, 10);
    assert.ok(flipped.length >= 3 && upright.length >= 5);
    const origins = geometries.flatMap(({ originMm }) => originMm);
    assert.ok(origins.some((mm) => mm > 0) && origins.some((mm) => mm < 0));
    for (const { size } of geometries) assert.ok(new Set(size).size === 3 && Math.min(...size) > 60);
  }
});

test('planGeometry() of ten scans takes less than 600 MB', () => {
  for (const seed of [0, 16, 77]) {
    const voxels = Array.from({ length: 10 }, (_, i) => planGeometry({ ...SETTINGS, seed }, i).size).reduce(
      (sum, [x, y, z]) => sum + x * y * z,
      0,
    );
    assert.ok(2 * voxels < 600e6, String(2 * voxels));
  }
});

test('planScan() is the same whatever other scans the set has, and has the geometry that planGeometry() promises', () => {
  const plan = planScan(SETTINGS, 3);
  const alone = planScan({ ...SETTINGS, scans: 4 }, 3);
  for (const key of ['seriesUid', 'subset', 'acquisition', 'trees', 'findings', 'candidates'] as const)
    assert.deepEqual(plan[key], alone[key]);
  assert.deepEqual(plan.acquisition.geometry, planGeometry(SETTINGS, 3));
});

test('planScan() gives every scan its own uid under the UUID root, shorter than 64 characters', () => {
  const plans = [0, 1, 11].map((index) => planScan(SETTINGS, index));
  assert.deepEqual(
    plans.map((plan) => plan.subset),
    [0, 1, 1],
  );
  for (const { seriesUid } of plans) {
    assert.match(seriesUid, /^2\.25\.[1-9]\d{25,38}$/);
    const uuid = BigInt(seriesUid.slice(5));
    assert.ok(uuid < 1n << 128n && ((uuid >> 76n) & 15n) === 4n && ((uuid >> 62n) & 3n) === 2n, 'version 4');
  }
  assert.equal(new Set(plans.map((plan) => plan.seriesUid)).size, 3);
});
