import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dilate } from '../../src/lungs/dilate.js';
import { createRandom } from '../../src/random.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

test("dilate() equals scipy's distance transform within the radius, for any spacing, at edges and corners", () => {
  const random = createRandom('dilate');
  const cases = (
    [
      [[25, 21, 13], [0.7, 0.7, 2.5], 5],
      [[25, 21, 13], [0.71, 0.93, 1.1], 3.3],
      [[9, 8, 7], [2, 2, 2], 4],
      [[9, 8, 7], [2, 2, 2], 0],
      [[30, 1, 1], [1, 1, 1], 40],
    ] as [Vector3, Vector3, number][]
  ).map(([size, spacingMm, radiusMm]) => ({
    size,
    spacingMm,
    radiusMm,
    mask: Array.from({ length: size[0] * size[1] * size[2] }, () => (random.uniform() < 0.01 ? 1 : 0)),
  }));
  for (const { mask } of cases) mask[0] = 1;
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np
from scipy import ndimage
out = []
for c in json.load(sys.stdin):
    clear = np.array(c['mask']).reshape(c['size'][::-1]) == 0
    away = ndimage.distance_transform_edt(clear, sampling=c['spacingMm'][::-1])
    out.append((away <= c['radiusMm'] + 1e-9).astype(int).ravel().tolist())
print(json.dumps(out))`,
    cases,
  );
  for (const [i, { mask, size, spacingMm, radiusMm }] of cases.entries())
    assert.deepEqual(
      Array.from(dilate(Uint8Array.from(mask), size, spacingMm, radiusMm)),
      expected[i],
      `${size} ${spacingMm} ${radiusMm}`,
    );
});

test('dilate() of an empty mask is empty', () => {
  assert.deepEqual(Array.from(dilate(new Uint8Array(8), [2, 2, 2], [1, 1, 1], 5)), new Array(8).fill(0));
});
