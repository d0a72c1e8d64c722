import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planGeometry, planScan } from '../../src/sample/scanPlan.js';

const SETTINGS = { seed: 16, scans: 30, coarsening: 1 };
const geometriesOf = (seed: number) =>
  Array.from({ length: 30 }, (_, index) => planGeometry({ ...SETTINGS, seed }, index));

test('planGeometry() draws 0.6-0.9 mm in plane, 0.6-3 mm between slices, over both ranges, for any seed', () => {
  for (const seed of [0, 1, 16, 2024]) {
    const spacings = geometriesOf(seed).map(({ spacingMm }) => spacingMm);
    for (const [x, y, z] of spacings) assert.ok(x === y && x >= 0.6 && x <= 0.9 && z >= 0.6 && z <= 3);
    assert.ok(Math.min(...spacings.map(([x]) => x)) < 0.64 && Math.max(...spacings.map(([x]) => x)) > 0.86);
    const across = new Set(spacings.map(([, , z]) => z));
    assert.ok(across.has(0.6) && across.has(1) && across.has(3));
  }
});

test('planGeometry() has identity and flipped directions, origins of both signs, and unequal sizes in each set', () => {
  for (const seed of [0, 1, 16, 2024]) {
    const geometries = geometriesOf(seed);
    const flipped = geometries.filter(({ direction }) => direction.join() === '-1,0,0,0,-1,0,0,0,1');
    const upright = geometries.filter(({ direction }) => direction.join() === '1,0,0,0,1,0,0,0,1');
    assert.equal(flipped.length + upright.length, 30);
    assert.ok(flipped.length >= 8 && upright.length >= 15);
    const origins = geometries.flatMap(({ originMm }) => originMm);
    assert.ok(origins.some((mm) => mm > 0) && origins.some((mm) => mm < 0));
    for (const { size } of geometries) assert.ok(new Set(size).size === 3 && Math.min(...size) >= 28);
  }
});

test('planGeometry() shows parts of the chest from base to apex, 56 to 96 mm high', () => {
  const heights = geometriesOf(16).map(({ size, spacingMm }) => (size[2] - 1) * spacingMm[2]);
  assert.ok(Math.min(...heights) > 55 && Math.max(...heights) < 97, `${heights}`);
});

test('planGeometry() of thirty scans takes less than 500 MB', () => {
  for (const seed of [0, 16, 77]) {
    const voxels = geometriesOf(seed).reduce((sum, { size: [x, y, z] }) => sum + x * y * z, 0);
    assert.ok(2 * voxels < 500e6, String(2 * voxels));
  }
});

test('planScan() is the same whatever other scans the set has, and has the geometry that planGeometry() promises', () => {
  const plan = planScan(SETTINGS, 3);
  const alone = planScan({ ...SETTINGS, scans: 4 }, 3);
  for (const key of ['seriesUid', 'acquisition', 'trees', 'findings', 'candidates'] as const)
    assert.deepEqual(plan[key], alone[key]);
  assert.deepEqual(plan.acquisition.geometry, planGeometry(SETTINGS, 3));
});

test('planScan() gives every scan its own uid under the UUID root, shorter than 64 characters', () => {
  const plans = [0, 1, 11].map((index) => planScan(SETTINGS, index));
  for (const { seriesUid } of plans) {
    assert.match(seriesUid, /^2\.25\.[1-9]\d{25,38}$/);
    const uuid = BigInt(seriesUid.slice(5));
    assert.ok(uuid < 1n << 128n && ((uuid >> 76n) & 15n) === 4n && ((uuid >> 62n) & 3n) === 2n, 'version 4');
  }
  assert.equal(new Set(plans.map((plan) => plan.seriesUid)).size, 3);
});
