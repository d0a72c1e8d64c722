import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slicePlane } from '../../../src/figures/slices/slicePlane.js';
import { voxelToWorld } from '../../../src/volumes/voxels/geometry.js';
import type { Matrix3, Vector3, Volume } from '../../../src/volumes/voxels/volume.js';

const window = { low: 0, high: 255 };

/** A scan of 4 x 5 x 6 voxels that is 255 at one voxel, 0 elsewhere. */
function scanWith(bright: Vector3, direction: Matrix3): Volume {
  const data = new Int16Array(120);
  data[(bright[2] * 5 + bright[1]) * 4 + bright[0]] = 255;
  return { data, size: [4, 5, 6], spacingMm: [1, 2, 3], originMm: [10, 20, 30], direction };
}

const brightPixel = (plane: ReturnType<typeof slicePlane>): [number, number] => {
  const at = plane.image.data.indexOf(255);
  return [at % plane.image.width, Math.floor(at / plane.image.width)];
};

test('slicePlane() shows the head up and the front up, whatever the direction of the axes', () => {
  const identity: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const flipped: Matrix3 = [-1, 0, 0, 0, -1, 0, 0, 0, 1];
  for (const [direction, bright] of [
    [identity, [3, 0, 5]],
    [flipped, [0, 4, 5]],
  ] as const) {
    const volume = scanWith(bright, direction);
    const world = voxelToWorld(volume, bright);
    // To the left of the patient (right in the picture), at the front (top), at the head (top).
    assert.deepEqual(brightPixel(slicePlane(volume, 'axial', world, window)), [3, 0]);
    assert.deepEqual(brightPixel(slicePlane(volume, 'coronal', world, window)), [3, 0]);
    assert.deepEqual(brightPixel(slicePlane(volume, 'sagittal', world, window)), [0, 0]);
  }
});

test('slicePlane() has its size in mm, and places world positions in it', () => {
  const volume = scanWith([1, 2, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const plane = slicePlane(volume, 'coronal', voxelToWorld(volume, [1, 2, 3]), window);
  assert.deepEqual([plane.widthMm, plane.heightMm], [4, 18]);
  const { xMm, yMm, offMm } = plane.placeOf(voxelToWorld(volume, [1, 4, 3]));
  assert.deepEqual([xMm, yMm, offMm], [1.5, 7.5, 4]);
});
