import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distance } from '../../src/sample/points.js';
import { planScan } from '../../src/sample/scanPlan.js';

const sets = [1, 2, 3, 4, 5, 6].map((index) => planScan({ seed: 5, scans: 30, coarsening: 1 }, index));

test('placeFindings() has 6 to 10 nodules of 3.3 to 28 mm a scan, at all sites, each a finding of its own', () => {
  for (const { findings } of sets) {
    const { nodules } = findings;
    assert.ok(nodules.length >= 6 && nodules.length <= 10);
    for (const [i, { center, diameterMm }] of nodules.entries()) {
      assert.ok(diameterMm >= 3.3 && diameterMm <= 28);
      for (const other of nodules.slice(0, i)) assert.ok(distance(center, other.center) > 12);
    }
  }
  const sites = new Set(sets.flatMap(({ findings }) => findings.nodules.map(({ site }) => site)));
  assert.deepEqual([...sites].sort(), ['free', 'vessel', 'wall']);
});

test('placeFindings() keeps all of them 12 mm off the first and last slice', () => {
  for (const { findings, acquisition } of sets) {
    const { originMm, size, spacingMm } = acquisition.geometry;
    const first = originMm[2] - acquisition.middleWorldMm[2];
    for (const { center } of [...findings.nodules, ...findings.mimics])
      assert.ok(center[2] >= first + 12 && center[2] <= first + (size[2] - 1) * spacingMm[2] - 12);
  }
});
