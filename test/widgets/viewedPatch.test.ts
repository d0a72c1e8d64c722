import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import { viewedVolume, volumeOfPatch } from '../../src/widgets/viewedPatch.js';

test('volumeOfPatch() puts the candidate at 0, 0, 0 mm, also for turned axes', () => {
  const dataHu = new Int16Array(4 * 4 * 6);
  for (const direction of [undefined, [0, 0, 1, -1, 0, 0, 0, -1, 0]] as const) {
    const patch = { dataHu, format: { dim: 4, slices: 6, spacingMm: [1, 1, 2] as const } };
    const volume = volumeOfPatch(direction === undefined ? patch : { ...patch, direction });
    assert.deepEqual(voxelToWorld(volume, [2, 2, 3]), [0, 0, 0]);
    assert.deepEqual(volume.size, [4, 4, 6]);
  }
});

test('viewedVolume() knows the patient of a scan, and of a patch whose direction is given', () => {
  const patch = { dataHu: new Int16Array(8), format: { dim: 2, slices: 2, spacingMm: [1, 1, 1] as const } };
  const scan = volumeOfPatch(patch);
  assert.deepEqual(viewedVolume(scan), { volume: scan, oriented: true });
  assert.deepEqual(viewedVolume(patch), { volume: scan, oriented: false });
  assert.equal(viewedVolume({ ...patch, direction: scan.direction }).oriented, true);
});
