import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePng } from '../../../src/figures/drawing/png.js';
import { checkedOverlay, overlayImage, overlaySlice } from '../../../src/figures/slices/overlaySlice.js';
import { PLANE_NAMES, planeAxes } from '../../../src/figures/slices/planeAxes.js';
import { sliceValues } from '../../../src/figures/slices/slicePlane.js';
import { createRandom } from '../../../src/random.js';
import { voxelToWorld, worldToVoxel } from '../../../src/volumes/voxels/geometry.js';
import type { Volume } from '../../../src/volumes/voxels/volume.js';
import { runPython } from '../../python.js';
import { randomGeometry } from '../../volumes/randomGeometry.js';

const random = createRandom('overlay');

/** A scan, and an overlay on a grid of its own around the scan's middle. */
function pair(): { scan: Volume; overlay: Volume } {
  const geometry = randomGeometry(random);
  const scan = { ...geometry, data: new Int16Array(geometry.size[0] * geometry.size[1] * geometry.size[2]) };
  const other = { ...randomGeometry(random), originMm: [0, 0, 0] as const };
  const middle = (of: Pick<Volume, 'size'>) =>
    [(of.size[0] - 1) / 2, (of.size[1] - 1) / 2, (of.size[2] - 1) / 2] as const;
  const [to, from] = [voxelToWorld(scan, middle(scan)), voxelToWorld(other, middle(other))];
  const overlay = {
    ...other,
    originMm: [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const,
    data: Float32Array.from({ length: other.size[0] * other.size[1] * other.size[2] }, () =>
      random.uniform(),
    ),
  };
  return { scan, overlay };
}

/** 1 at the scan's voxels that lie between voxels of the overlay. */
function betweenVoxels(scan: Volume, overlay: Volume): Uint8Array {
  const [width, height] = scan.size;
  return Uint8Array.from(scan.data, (_, i) => {
    const world = voxelToWorld(scan, [
      i % width,
      Math.floor(i / width) % height,
      Math.floor(i / (width * height)),
    ]);
    return worldToVoxel(overlay, world).every((at, axis) => at > 0 && at < overlay.size[axis]! - 1) ? 1 : 0;
  });
}

test("overlaySlice() has SimpleITK's linear values at the scan's voxels, for any two grids, in every plane", () => {
  for (let i = 0; i < 6; i++) {
    const { scan, overlay } = pair();
    const expected = Float32Array.from(
      runPython<number[]>(
        `import json,sys,numpy as np,SimpleITK as sitk
scan,overlay=json.load(sys.stdin)
def image(v):
  made=sitk.GetImageFromArray(np.array(v['data'],np.float32).reshape(v['size'][::-1]))
  made.SetSpacing(v['spacingMm']);made.SetOrigin(v['originMm']);made.SetDirection(v['direction'])
  return made
out=sitk.Resample(image(overlay),image(scan),sitk.Transform(),sitk.sitkLinear,-1.0)
print(json.dumps(sitk.GetArrayFromImage(out).ravel().tolist()))`,
        [scan, overlay].map((volume) => ({ ...volume, data: Array.from(volume.data) })),
      ),
    );
    let inside = 0;
    for (const name of PLANE_NAMES) {
      const axes = planeAxes(scan, name);
      for (let level = 0; level < scan.size[axes.through.axis]; level++) {
        const ours = overlaySlice(scan, overlay, axes, level);
        const theirs = sliceValues({ ...scan, data: expected }, axes, level);
        const isInside = sliceValues({ ...scan, data: betweenVoxels(scan, overlay) }, axes, level);
        for (const [pixel, value] of ours.entries()) {
          // At the outermost voxels ITK goes on for half a voxel with the last value; ours fades to 0 over a whole one.
          if (isInside[pixel] === 0) continue;
          inside++;
          assert.ok(Math.abs(value - 255 * theirs[pixel]!) <= 0.51, `${name} ${level} ${pixel}`);
        }
      }
    }
    assert.ok(inside > 100);
  }
});

test('overlaySlice(): what is no number, and below 0, is not seen, above 1 is 1', () => {
  const geometry = {
    size: [5, 1, 1],
    spacingMm: [1, 1, 1],
    originMm: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  } as const;
  const overlay = { ...geometry, data: Float32Array.of(Number.NaN, -3, 0.2, 1, 7) };
  const values = overlaySlice({ ...geometry }, overlay, planeAxes(geometry, 'axial'), 0);
  assert.deepEqual([...values], [0, 0, 51, 255, 255]);
  for (const opacity of [-0.1, 1.1, Number.NaN])
    assert.throws(() => checkedOverlay({ volume: overlay, opacity }), /opacity of the overlay from 0 to 1/);
  assert.throws(() => checkedOverlay({ volume: { ...overlay, data: new Uint8Array(3) } }), /received 3/);
});

test('overlayImage() is read by SimpleITK with its colours and transparency', () => {
  const image = overlayImage(Uint8Array.of(0, 128, 255, 64), 2, 0.5);
  const read = runPython<number[]>(
    `import json, sys, base64, tempfile, SimpleITK as sitk
with tempfile.NamedTemporaryFile(suffix='.png') as f:
  f.write(base64.b64decode(json.load(sys.stdin))); f.flush()
  print(json.dumps(sitk.GetArrayFromImage(sitk.ReadImage(f.name)).ravel().tolist()))`,
    encodePng(image).toString('base64'),
  );
  assert.deepEqual(read, [...image.data]);
  assert.deepEqual([read[3], read[11]], [0, 128]);
});
