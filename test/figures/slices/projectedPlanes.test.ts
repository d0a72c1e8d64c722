import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLANE_NAMES } from '../../../src/figures/slices/planeAxes.js';
import { projectedPlanes } from '../../../src/figures/slices/projectedPlanes.js';
import { slicePlane } from '../../../src/figures/slices/slicePlane.js';
import { createRandom } from '../../../src/random.js';
import type { Volume } from '../../../src/volumes/voxels/volume.js';
import { runPython } from '../../python.js';

test('projectedPlanes() has the maxima of numpy along each axis, turned as slices are, also within a mask', () => {
  const random = createRandom('projected');
  const size = [7, 6, 5] as const;
  const data = Int16Array.from({ length: 210 }, () => random.integer(256));
  const mask = Uint8Array.from(data, () => (random.uniform() < 0.3 ? 1 : 0));
  const window = { low: 0, high: 255 };
  const numpy = runPython<Record<string, number[][]>>(
    `import json, sys, numpy as np
q = json.load(sys.stdin); v = np.array(q['data']).reshape(5, 6, 7); m = np.array(q['mask']).reshape(5, 6, 7)
w = np.where(m > 0, v, 0)
# Patient from voxels: x runs to the right, y to the front, z to the feet; as seen all three are turned over, z twice.
out = {}
for name, a in (('all', v), ('masked', w)):
    a = a[::-1, ::-1, ::-1]
    out[name] = [a.max(0).ravel().tolist(), a.max(1)[::-1].ravel().tolist(), a.max(2)[::-1].ravel().tolist()]
print(json.dumps(out))`,
    { data: Array.from(data), mask: Array.from(mask) },
  );
  const volume: Volume = {
    data,
    size,
    spacingMm: [1, 1, 1],
    originMm: [0, 0, 0],
    direction: [-1, 0, 0, 0, -1, 0, 0, 0, -1],
  };
  const planes = PLANE_NAMES.map((name) => slicePlane(volume, name, [0, 0, 0], window));
  for (const [name, values] of [
    ['all', projectedPlanes(volume, planes, window)],
    ['masked', projectedPlanes(volume, planes, window, mask)],
  ] as const)
    for (const [at, { image, placeOf }] of values.entries()) {
      assert.deepEqual(Array.from(image.data), numpy[name]![at], `${name} ${PLANE_NAMES[at]}`);
      assert.equal(placeOf([-3, -3, -4]).offMm, 0);
    }
});
