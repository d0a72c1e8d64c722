import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceColor, NO_DIFFERENCE } from '../../../src/figures/slices/differenceColor.js';
import { differenceImage, differenceSlice } from '../../../src/figures/slices/differenceSlice.js';
import { PLANE_NAMES, planeAxes } from '../../../src/figures/slices/planeAxes.js';
import { sliceValues } from '../../../src/figures/slices/slicePlane.js';
import { createRandom, type Random } from '../../../src/random.js';
import type { Volume } from '../../../src/volumes/voxels/volume.js';
import { middleOf } from '../../../src/widgets/volumeCamera.js';
import { runPython } from '../../python.js';
import { randomGeometry } from '../../volumes/randomGeometry.js';

function volumeOf(random: Random, geometry = randomGeometry(random)): Volume {
  const [x, y, z] = geometry.size;
  return { ...geometry, data: Int16Array.from({ length: x * y * z }, () => random.integer(3000) - 1000) };
}

test("differenceSlice() is SimpleITK's linear resampling onto the first grid, less the first; nothing outside", () => {
  const random = createRandom('difference');
  let shown = 0;
  for (let turn = 0; turn < 6; turn++) {
    const first = volumeOf(random);
    const own = volumeOf(random);
    // Turned against the first, and partly beside it.
    const [here, there] = [middleOf(first), middleOf(own)];
    const along = (axis: 0 | 1 | 2): number => own.originMm[axis] + here[axis] - there[axis] + 2 * axis;
    const second: Volume = { ...own, originMm: [along(0), along(1), along(2)] };
    const values = runPython<number[]>(PROGRAM, {
      first: { ...first, data: undefined },
      second: { ...second, data: Array.from(second.data) },
    });
    const resampled: Volume = { ...first, data: Float64Array.from(values) };
    for (const name of PLANE_NAMES) {
      const axes = planeAxes(first, name);
      const level = Math.floor(first.size[axes.through.axis] / 2);
      const difference = differenceSlice(first, second, axes, level);
      const [expected, base] = [sliceValues(resampled, axes, level), sliceValues(first, axes, level)];
      for (const [pixel, hu] of difference.entries()) {
        const isOutside = expected[pixel] === -9e4;
        assert.equal(hu === NO_DIFFERENCE, isOutside, `turn ${turn} ${name} ${pixel}`);
        if (isOutside) continue;
        shown++;
        assert.ok(Math.abs(hu - (expected[pixel]! - base[pixel]!)) <= 0.5 + 1e-3, `${name} ${pixel}`);
      }
    }
  }
  assert.ok(shown > 500, `${shown} pixels have a difference`);
});

const PROGRAM = `
import json, sys, numpy as np, SimpleITK as sitk
q = json.load(sys.stdin)
def image(g, data):
    x, y, z = g['size']
    i = sitk.GetImageFromArray(np.array(data, np.float64).reshape(z, y, x)); i.SetSpacing(g['spacingMm']); i.SetOrigin(g['originMm']); i.SetDirection(g['direction'])
    return i
first = image(q['first'], np.zeros(int(np.prod(q['first']['size']))))
out = sitk.Resample(image(q['second'], q['second']['data']), first, sitk.Transform(), sitk.sitkLinear, -9e4)
print(json.dumps(sitk.GetArrayFromImage(out).ravel().tolist()))
`;

test('a volume differs from itself nowhere, and a step by its height, in the colour of its sign', () => {
  const random = createRandom('same');
  const volume = volumeOf(random);
  const higher = { ...volume, data: volume.data.map((hu) => hu + 40) };
  const axes = planeAxes(volume, 'coronal');
  assert.ok(differenceSlice(volume, volume, axes, 2).every((hu) => hu === 0));
  const difference = differenceSlice(volume, higher, axes, 2);
  assert.ok(difference.every((hu) => hu === 40));
  const { data } = differenceImage(difference, volume.size[axes.right.axis], 40);
  assert.deepEqual(Array.from(data.subarray(0, 3)), [255, 166, 66]);
  assert.ok(differenceColor(-1)[2] > differenceColor(-1)[0] && differenceColor(0)[0] < 40);
});
