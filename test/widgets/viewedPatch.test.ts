import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import { isPatch, volumeOfPatch } from '../../src/widgets/viewedPatch.js';

test('volumeOfPatch() puts the candidate at 0, 0, 0 mm, also for turned axes', () => {
  const dataHu = new Int16Array(4 * 4 * 6);
  for (const direction of [undefined, [0, 0, 1, -1, 0, 0, 0, -1, 0]] as const) {
    const patch = { dataHu, format: { dim: 4, slices: 6, spacingMm: [1, 1, 2] as const } };
    const volume = volumeOfPatch(direction === undefined ? patch : { ...patch, direction });
    assert.deepEqual(voxelToWorld(volume, [2, 2, 3]), [0, 0, 0]);
    assert.deepEqual(volume.size, [4, 4, 6]);
    assert.equal(isPatch(patch), true);
    assert.equal(isPatch(volume), false);
  }
});
