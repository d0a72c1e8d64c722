import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paintScan } from '../../src/sample/paintScan.js';
import { add } from '../../src/sample/points.js';
import { planScan } from '../../src/sample/scanPlan.js';
import { worldToVoxel } from '../../src/volumes/geometry.js';
import type { Vector3 } from '../../src/volumes/volume.js';

const plan = planScan({ seed: 16, scans: 10, coarsening: 2 }, 0);
const scan = paintScan(plan);

/** HU of the voxel nearest to a point of the chest. */
function valueAt(p: Vector3): number {
  const [i, j, k] = worldToVoxel(scan, add(plan.acquisition.middleWorldMm, p)).map(Math.round) as [
    number,
    number,
    number,
  ];
  return scan.data[i + scan.size[0] * (j + scan.size[1] * k)]!;
}

test('paintScan() shows every solid nodule of 6 mm or more far above the lung, through the scan geometry', () => {
  const { sdHu } = plan.acquisition.noise;
  const large = plan.findings.nodules.filter(({ diameterMm }) => diameterMm >= 6);
  assert.ok(large.length >= 2);
  for (const nodule of large) {
    const expected = Math.min(nodule.valueHu, -100) - 5 * sdHu;
    assert.ok(valueAt(nodule.center) > expected, `${nodule.diameterMm} mm: ${valueAt(nodule.center)} HU`);
  }
});

test('paintScan() has air in the windpipe, dense bone in the spine, and blood in the aorta', () => {
  const { trees, skeleton, chest } = plan;
  const [windpipe] = trees.airways;
  const middle = add(windpipe!.lumen.to, [0, 0, 25]);
  assert.ok(valueAt(middle) < -900);
  const inScan = skeleton.vertebrae.filter(({ center }) => Math.abs(center[2]) < 80);
  const marrowHu = inScan.reduce((sum, { center }) => sum + valueAt(center), 0) / inScan.length;
  assert.ok(marrowHu > 120 && marrowHu < 300, String(marrowHu));
  const aorta: Vector3 = [20.5, 0.51 * chest.sizes.halfDepthMm, 0];
  assert.ok(Math.abs(valueAt(aorta) - chest.sizes.bloodHu) < 5 * plan.acquisition.noise.sdHu);
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
