import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEGATIVES_PER_POSITIVE } from '../../src/sample/candidateSites.js';
import { add, distance } from '../../src/sample/points.js';
import { planScan } from '../../src/sample/scanPlan.js';
import { worldToVoxel } from '../../src/volumes/geometry.js';

const plans = [0, 1, 2].map((index) => planScan({ seed: 3, scans: 10, coarsening: 1 }, index));

test('placeCandidates() has exactly 8 negatives to a positive, of every hard kind', () => {
  for (const { candidates } of plans) {
    const positives = candidates.filter(({ isNodule }) => isNodule).length;
    assert.equal(candidates.length - positives, NEGATIVES_PER_POSITIVE * positives);
  }
  const kinds = new Set(plans.flatMap(({ candidates }) => candidates.map(({ kind }) => kind)));
  for (const kind of [
    'vessel fork',
    'vessel crossing',
    'wall bump',
    'rib',
    'airway wall',
    'scar',
    'lung',
  ] as const)
    assert.ok(kinds.has(kind), kind);
});

test('placeCandidates() finds every nodule, at most 1.5 mm off its centre', () => {
  for (const { candidates, findings } of plans) {
    const positives = candidates.filter(({ isNodule }) => isNodule);
    for (const nodule of findings.nodules) {
      const nearest = Math.min(...positives.map(({ center }) => distance(center, nodule.center)));
      assert.ok(nearest > 0 && nearest <= 1.5);
    }
    for (const { center } of positives)
      assert.ok(findings.nodules.some((nodule) => distance(center, nodule.center) <= 1.5));
  }
});

test('placeCandidates() keeps negatives more than 16 mm from positives, but for a few that exercise notrain', () => {
  for (const { candidates } of plans) {
    const positives = candidates.filter(({ isNodule }) => isNodule);
    const near = candidates.filter(
      ({ isNodule, center }) =>
        !isNodule && positives.some((positive) => distance(positive.center, center) <= 16),
    );
    assert.ok(near.length >= 1 && near.length <= 5, String(near.length));
    assert.ok(near.every(({ kind }) => kind === 'beside a nodule'));
  }
});

test('placeCandidates() keeps every candidate inside the scan, and mixes the classes', () => {
  for (const { candidates, acquisition } of plans) {
    const { geometry, middleWorldMm } = acquisition;
    for (const { center } of candidates)
      for (const [axis, voxel] of worldToVoxel(geometry, add(middleWorldMm, center)).entries())
        assert.ok(voxel >= 0 && voxel <= geometry.size[axis]! - 1);
    const order = candidates.map(({ isNodule }) => (isNodule ? '1' : '0')).join('');
    assert.ok(!/^1+0+$|^0+1+$/.test(order));
  }
});
