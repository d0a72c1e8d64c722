import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutterOf } from '../../src/patches/cutScan.js';
import { gridCutter } from '../../src/patches/gridCutter.js';
import { resampleVolume } from '../../src/patches/resample.js';
import { createRandom } from '../../src/random.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';

const random = createRandom('grid cutter');
const volume: Volume = {
  size: [21, 17, 13],
  spacingMm: [0.8, 0.7, 1.9],
  originMm: [-20, 10, 300],
  direction: [0, 1, 0, 1, 0, 0, 0, 0, -1],
  data: Int16Array.from({ length: 21 * 17 * 13 }, () => random.integer(1400) - 1000),
};

for (const interpolation of ['linear', 'cubic'] as const)
  test(`gridCutter() of the resampled scan gives the voxels of cutterOf(), inside, at and beyond each edge: ${interpolation}`, () => {
    const format = { dim: 6, slices: 4, spacingMm: [1, 1, 1.5] as const, interpolation };
    const patchSize: Vector3 = [6, 6, 4];
    const scan = resampleVolume(volume, format);
    const [copied, cut] = [
      gridCutter(scan.data as Int16Array, scan, patchSize),
      cutterOf(volume, format, patchSize),
    ];
    for (let i = 0; i < 300; i++) {
      const along = (axis: 0 | 1 | 2): number => random.integer(scan.size[axis] + 16) - 8;
      const firstVoxel: Vector3 = [along(0), along(1), along(2)];
      const [ours, theirs] = [new Int16Array(150).fill(7), new Int16Array(150).fill(7)];
      copied(firstVoxel, ours, 3);
      cut(firstVoxel, theirs, 3);
      assert.deepEqual(ours, theirs, `${firstVoxel}`);
    }
  });
