import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutterOf } from '../../src/patches/cutScan.js';
import { centerVoxelOf, firstVoxelOf } from '../../src/patches/patchGrid.js';
import { patchBox, resampleVolume } from '../../src/patches/resample.js';
import { createRandom } from '../../src/random.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

const random = createRandom('resample');
const size: Vector3 = [17, 15, 23];
/** x and y exchanged, z flipped. */
const volume: Volume = {
  size,
  spacingMm: [0.8, 0.7, 1.9],
  originMm: [-20, 10, 300],
  direction: [0, 1, 0, 1, 0, 0, 0, 0, -1],
  data: Int16Array.from({ length: 17 * 15 * 23 }, () => random.integer(1400) - 1000),
};

for (const interpolation of ['linear', 'cubic'] as const)
  test(`resampleVolume() equals SimpleITK's resampling of the whole scan: ${interpolation}`, () => {
    const ours = resampleVolume(volume, { spacingMm: [1, 1, 1], interpolation });
    const theirs = runPython<number[]>(
      `import json,sys,numpy as np,SimpleITK as sitk
data,size,spacing,origin,direction,new,kind=json.load(sys.stdin)
image=sitk.GetImageFromArray(np.array(data,np.float64).reshape(size[::-1]))
image.SetSpacing(spacing);image.SetOrigin(origin);image.SetDirection(direction)
out=sitk.Resample(image,new,sitk.Transform(),sitk.sitkLinear if kind=='linear' else sitk.sitkBSpline,origin,[1,1,1],direction,-1000.0)
print(json.dumps(sitk.GetArrayFromImage(out).ravel().tolist()))`,
      [
        Array.from(volume.data),
        size,
        volume.spacingMm,
        volume.originMm,
        volume.direction,
        ours.size,
        interpolation,
      ],
    );
    assert.equal(ours.data.length, theirs.length);
    const worst = theirs.reduce((most, hu, i) => Math.max(most, Math.abs(hu - ours.data[i]!)), 0);
    assert.ok(worst <= 0.5 + 1e-3, `largest difference ${worst} HU`);
  });

test('a patch has the voxels of the resampled scan, where its box says', () => {
  const format = { dim: 5, slices: 5, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
  const whole = resampleVolume(volume, format);
  const centerWorldMm = voxelToWorld(volume, [8, 9, 11]);
  const first = firstVoxelOf(centerVoxelOf(volume, format.spacingMm, centerWorldMm), [5, 5, 5]);
  const patch = new Int16Array(125);
  cutterOf(volume, format)(first, patch, 0);
  for (let k = 0; k < 5; k++)
    for (let j = 0; j < 5; j++)
      for (let i = 0; i < 5; i++) {
        const at = ((first[2] + k) * whole.size[1] + first[1] + j) * whole.size[0] + first[0] + i;
        assert.equal(patch[(k * 5 + j) * 5 + i], whole.data[at]);
      }
  const { fromWorldMm, toWorldMm } = patchBox(volume, format.spacingMm, first, [5, 5, 5]);
  const expected = voxelToWorld(whole, [first[0] - 0.5, first[1] - 0.5, first[2] - 0.5]);
  for (const axis of [0, 1, 2] as const) {
    assert.ok(Math.abs(fromWorldMm[axis] - expected[axis]) < 1e-9);
    assert.ok(Math.abs(Math.abs(toWorldMm[axis] - fromWorldMm[axis]) - 5) < 1e-9, '5 voxels of 1 mm');
    const [low, high] = [fromWorldMm[axis], toWorldMm[axis]].sort((a, b) => a - b);
    assert.ok(low! < centerWorldMm[axis] && centerWorldMm[axis] < high!);
  }
});
