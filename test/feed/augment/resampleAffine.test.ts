import assert from 'node:assert/strict';
import { test } from 'node:test';
import { affineMap } from '../../../src/feed/augment/affine.js';
import { resampleAffine } from '../../../src/feed/augment/resampleAffine.js';
import { createRandom } from '../../../src/random.js';
import { runPython } from '../../python.js';

const shape = { dim: 12, slices: 9 };
const voxels = 12 * 12 * 9;
const still = { factor: 1, axis: [0, 0, 1], angle: 0, shift: [0, 0, 0] };

function noisyPatch(): Int16Array {
  const random = createRandom('patch');
  return Int16Array.from({ length: voxels }, () => random.integer(3000) - 1500);
}

test('resampleAffine() equals scipy.ndimage.affine_transform of order 1 with air around, within 0.5 HU', () => {
  const random = createRandom('maps');
  const maps = Array.from({ length: 20 }, (_, i) =>
    affineMap(shape, {
      factor: random.between(0.5, 2),
      axis: [random.normal(), random.normal(), random.normal()],
      angle: random.between(-Math.PI, Math.PI),
      // Some maps leave nothing of the patch.
      shift: [0, 1, 2].map(() => random.between(-1, 1) * (i === 7 ? 40 : 4)),
    }),
  );
  const patch = noisyPatch();
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np
from scipy import ndimage
patch, maps = json.load(sys.stdin)
a = np.array(patch, float).reshape(9, 12, 12)
def moved(m):
    m = np.array(m).reshape(3, 4)[::-1]
    return ndimage.affine_transform(a, m[:, 2::-1], m[:, 3], order=1, mode='grid-constant', cval=-1000).ravel().tolist()
print(json.dumps([moved(m) for m in maps]))`,
    [[...patch], maps],
  );
  for (const [i, map] of maps.entries()) {
    const into = new Int16Array(3 * voxels).fill(7);
    into.set(patch, voxels);
    resampleAffine(into, voxels, shape, map);
    const off = expected[i]!.map((hu, at) => Math.abs(hu - into[voxels + at]!));
    assert.ok(Math.max(...off) <= 0.5 + 1e-3, `map ${i}: off by ${Math.max(...off)}`);
    assert.ok(
      into.subarray(0, voxels).every((hu) => hu === 7) && into.subarray(2 * voxels).every((hu) => hu === 7),
    );
  }
});

test('resampleAffine() by no movement, and by whole voxels, is exact', () => {
  const patch = noisyPatch();
  const same = patch.slice();
  resampleAffine(same, 0, shape, affineMap(shape, still));
  assert.deepEqual(same, patch);
  const moved = patch.slice();
  resampleAffine(moved, 0, shape, affineMap(shape, { ...still, shift: [2, 0, -1] }));
  const at = (x: number, y: number, z: number): number => (z * 12 + y) * 12 + x;
  assert.equal(moved[at(5, 3, 4)], patch[at(3, 3, 5)]);
  assert.equal(moved[at(1, 3, 4)], -1000);
  assert.equal(moved[at(5, 3, 8)], -1000);
});
