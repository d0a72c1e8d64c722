import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coordinateHint, hintOfScans, insideCounts } from '../../src/candidates/coordinateHint.js';
import { IDENTITY_DIRECTION, voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';

const GEOMETRY = {
  size: [100, 90, 40],
  spacingMm: [0.7, 0.7, 2.5],
  originMm: [-180, -160, -300],
  direction: IDENTITY_DIRECTION,
} as const;

/** Places inside the scan, as a table would give them. */
const voxels = Array.from({ length: 10 }, (_, i): Vector3 => [9 * i, 8 * i, 4 * i]);
const worlds = voxels.map((voxel) => voxelToWorld(GEOMETRY, voxel));
const named = (centerWorldMm: Vector3) => ({ seriesUid: 'a', centerWorldMm, class: 0 as const, line: 2 });

test('insideCounts() and coordinateHint() find what the numbers of a table mean', () => {
  const hintOf = (numbers: readonly Vector3[]): string | undefined =>
    coordinateHint({ ...insideCounts(GEOMETRY, numbers.map(named), 'lps'), total: numbers.length }, 'lps');
  assert.equal(hintOf(worlds), undefined);
  assert.match(
    hintOf(worlds.map(([x, y, z]): Vector3 => [-x, -y, z]))!,
    /x and y look flipped: 10 of 10 .*--coordinates ras/,
  );
  assert.match(hintOf(voxels)!, /10 of 10 .*--coordinates voxel/);
  assert.match(hintOf(worlds.map(([x, y, z]): Vector3 => [z, y, x]))!, /exchanged: 10 of 10 .*--columns/);
  assert.equal(hintOf(worlds.map(([x, y, z]): Vector3 => [x + 1e4, y, z])), undefined, 'nothing fits');
});

test('a table that was read in another frame than its own is told the right one', () => {
  const asVoxels = worlds.map((centerVoxel) => ({ seriesUid: 'a', centerVoxel, class: 0 as const, line: 2 }));
  const counts = insideCounts(GEOMETRY, asVoxels, 'voxel');
  assert.equal(counts.lps, 10);
  assert.match(coordinateHint({ ...counts, total: 10 }, 'voxel')!, /--coordinates lps/);
  const asRas = worlds.map(([x, y, z]) => named([-x, -y, z]));
  assert.match(
    coordinateHint({ ...insideCounts(GEOMETRY, asRas, 'ras'), total: 10 }, 'ras')!,
    /--coordinates lps/,
  );
});

test('without a candidate in a scan that could be read there is no hint', () => {
  for (const readAs of ['lps', 'ras', 'voxel'] as const) {
    assert.equal(coordinateHint({ lps: 0, ras: 0, voxel: 0, zyx: 0, total: 0 }, readAs), undefined);
    assert.equal(hintOfScans([], readAs), undefined);
  }
});
