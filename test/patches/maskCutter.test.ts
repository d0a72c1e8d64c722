import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskAt, maskCutter } from '../../src/patches/maskCutter.js';
import { patchGrid } from '../../src/patches/patchGrid.js';
import { createRandom } from '../../src/random.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Geometry } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

const scan: Geometry = {
  size: [13, 11, 9],
  spacingMm: [0.83, 0.61, 1.9],
  originMm: [5, -7, 100],
  direction: [0, -1, 0, 1, 0, 0, 0, 0, -1],
};
const random = createRandom('mask');
const mask = Uint8Array.from({ length: 13 * 11 * 9 }, () => random.integer(2));

test("maskCutter() takes the nearest voxel, as SimpleITK's resampling of the whole mask, and 0 outside", () => {
  const grid = patchGrid(scan, [1, 1, 1]);
  const whole = runPython<number[]>(
    `import json,sys,numpy as np,SimpleITK as sitk
data,size,spacing,origin,direction,new=json.load(sys.stdin)
image=sitk.GetImageFromArray(np.array(data,np.uint8).reshape(size[::-1]))
image.SetSpacing(spacing);image.SetOrigin(origin);image.SetDirection(direction)
out=sitk.Resample(image,new,sitk.Transform(),sitk.sitkNearestNeighbor,origin,[1,1,1],direction,0)
print(json.dumps(sitk.GetArrayFromImage(out).ravel().tolist()))`,
    [Array.from(mask), scan.size, scan.spacingMm, scan.originMm, scan.direction, grid.size],
  );
  const cut = maskCutter(mask, scan, grid, [5, 4, 3]);
  for (const first of [
    [0, 0, 0],
    [-2, -3, -1],
    [grid.size[0] - 2, 3, grid.size[2] - 1],
    [3, 2, 4],
    [90, 0, 0],
  ] as const) {
    const patch = new Uint8Array(60).fill(7);
    cut(first, patch, 0);
    for (const [i, value] of patch.entries()) {
      const at = [first[0] + (i % 5), first[1] + (Math.floor(i / 5) % 4), first[2] + Math.floor(i / 20)];
      const inside = at.every((n, axis) => n >= 0 && n < grid.size[axis]!);
      const expected = inside ? whole[(at[2]! * grid.size[1] + at[1]!) * grid.size[0] + at[0]!] : 0;
      assert.equal(value, expected, `${first}: ${at}`);
    }
  }
});

test('maskAt() looks the voxel nearest to a world position up', () => {
  const set = mask.indexOf(1, 400);
  const voxel = [set % 13, Math.floor(set / 13) % 11, Math.floor(set / 143)] as const;
  assert.equal(maskAt(mask, scan, voxelToWorld(scan, voxel)), 1);
  assert.equal(maskAt(mask, scan, voxelToWorld(scan, [voxel[0] + 0.4, voxel[1] - 0.4, voxel[2] + 0.4])), 1);
  assert.equal(maskAt(mask, scan, voxelToWorld(scan, [-1, 5, 5])), 0);
});
