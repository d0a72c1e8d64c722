import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInScan, worldOf } from '../../src/sample/acquisition.js';
import { paintScan } from '../../src/sample/paintScan.js';
import { mix } from '../../src/sample/points.js';
import { planScan } from '../../src/sample/scanPlan.js';
import { worldToVoxel } from '../../src/volumes/voxels/geometry.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';

// The chest's middle, with metal and a motion step.
const plan = planScan({ seed: 16, scans: 30, coarsening: 2 }, 4);
const scan = paintScan(plan);

/** HU of the voxel nearest to a point of the chest. */
function valueAt(p: Vector3): number {
  const [i, j, k] = worldToVoxel(scan, worldOf(plan.acquisition, p)).map(Math.round) as [
    number,
    number,
    number,
  ];
  return scan.data[i + scan.size[0] * (j + scan.size[1] * k)]!;
}

test('paintScan() shows every solid nodule of 6 mm or more far above the lung, through the scan geometry', () => {
  const { sdHu } = plan.acquisition.noise;
  const large = plan.findings.nodules.filter(
    ({ diameterMm, density }) => diameterMm >= 6 && density === 'solid',
  );
  assert.ok(large.length >= 2);
  for (const { center, diameterMm } of large)
    assert.ok(valueAt(center) > -150 - 4 * sdHu, `${diameterMm} mm: ${valueAt(center)} HU`);
});

test('paintScan() has air in the windpipe or bronchi, dense bone in the spine, and blood in the aorta', () => {
  const { trees, skeleton, chest, acquisition } = plan;
  const inScan = (p: Vector3): boolean => isInScan(acquisition, p, [4, 4, 4]);
  const wide = trees.airways.filter(
    ({ lumen }) => lumen.toRadiusMm > 2.4 && inScan(lumen.from) && inScan(lumen.to),
  );
  const spine = skeleton.vertebrae.filter(({ center }) => inScan(center));
  const meanAt = (points: readonly Vector3[]): number =>
    points.reduce((sum, p) => sum + valueAt(p), 0) / points.length;
  const airHu = meanAt(wide.map(({ lumen }) => mix(lumen.from, lumen.to, 0.5)));
  assert.ok(wide.length > 0 && airHu < -800, String(airHu));
  const marrowHu = meanAt(spine.map(({ center }) => center));
  assert.ok(spine.length > 1 && marrowHu > 110 && marrowHu < 310, String(marrowHu));
  const aorta = [-10, 0, 10].map((z): Vector3 => [20.5, 0.51 * chest.sizes.halfDepthMm, z]).filter(inScan);
  assert.ok(aorta.length > 0);
  assert.ok(Math.abs(meanAt(aorta) - chest.sizes.bloodHu) < 3 * acquisition.noise.sdHu);
});

test('paintScan() holds what a CT file can hold, fills its grid, and repeats bit for bit', () => {
  assert.equal(scan.data.length, scan.size[0] * scan.size[1] * scan.size[2]);
  let [low, high] = [0, 0];
  for (const value of scan.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  assert.ok(low === -1024 && high > 400 && high <= 3071, `${low} ${high}`);
  assert.ok(Buffer.compare(Buffer.from(scan.data.buffer), Buffer.from(paintScan(plan).data.buffer)) === 0);
});
