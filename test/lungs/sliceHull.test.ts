import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeSlices } from '../../src/lungs/sliceHull.js';
import { createRandom } from '../../src/random.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

/** A picture of a slice: # = lung 1. */
function slice(...lines: readonly string[]): { mask: Uint8Array; size: Vector3 } {
  const mask = Uint8Array.from([...lines.join('')].map((sign) => (sign === '#' ? 1 : 0)));
  return { mask, size: [lines[0]!.length, lines.length, 1] };
}

function closed({ mask, size }: ReturnType<typeof slice>, lung = 1): string[] {
  const into = new Uint8Array(mask.length);
  closeSlices(mask, lung, size, into);
  const signs = Array.from(into, (set) => (set ? '#' : '.')).join('');
  return Array.from({ length: size[1] }, (_, y) => signs.slice(y * size[0], (y + 1) * size[0]));
}

test("closeSlices() equals the voxels in scipy's convex hull, slice by slice, where the hull grows at most 1.5 times", () => {
  const random = createRandom('hull');
  const size: Vector3 = [31, 27, 40];
  const mask = new Uint8Array(size[0] * size[1] * size[2]);
  // Ellipses with bites: of every share between hull and shape.
  for (let z = 0; z < size[2]; z++) {
    const [a, b, bite] = [random.between(4, 13), random.between(4, 12), random.between(-14, 10)];
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++) {
        const inside = ((x - 15) / a) ** 2 + ((y - 13) / b) ** 2 <= 1;
        if (inside && x - 15 + 0.4 * (y - 13) > bite - Math.abs(y - 13))
          mask[(z * size[1] + y) * size[0] + x] = 1;
      }
  }
  const { hulls, accepted } = runPython<{ hulls: number[]; accepted: number }>(
    `import json, sys, numpy as np
from scipy import ndimage
from scipy.spatial import ConvexHull
q = json.load(sys.stdin)
mask = np.array(q['mask']).reshape(q['size'][::-1]); accepted = 0
for layer in mask:
    filled = ndimage.binary_fill_holes(layer)
    points = np.argwhere(layer)
    planes = ConvexHull(points).equations
    every = np.argwhere(np.ones_like(layer))
    hull = (every @ planes[:, :2].T + planes[:, 2] <= 1e-6).all(1).reshape(layer.shape)
    accepted += hull.sum() <= 1.5 * filled.sum()
    layer[:] = hull if hull.sum() <= 1.5 * filled.sum() else filled
print(json.dumps(dict(hulls=mask.ravel().tolist(), accepted=int(accepted))))`,
    { mask: Array.from(mask), size },
  );
  assert.ok(accepted > 10 && accepted < 40, `both outcomes occur: ${accepted} of 40 hulls accepted`);
  const into = new Uint8Array(mask.length);
  closeSlices(mask, 1, size, into);
  assert.deepEqual(Array.from(into), hulls);
});

test('closeSlices() fills holes but no bay where the hull is refused, and leaves the other lung out', () => {
  const ring = slice(
    '##############',
    '#.############',
    '##............',
    '#.............',
    '#.............',
    '#.............',
    '#.............',
  );
  assert.deepEqual(closed(ring), [
    '##############',
    '##############',
    '##............',
    '#.............',
    '#.............',
    '#.............',
    '#.............',
  ]);
  assert.deepEqual(closed(ring, 2).join('').includes('#'), false);
});

test('closeSlices() takes shapes of one voxel, one row and one column', () => {
  assert.deepEqual(closed(slice('....', '..#.')), ['....', '..#.']);
  assert.deepEqual(closed(slice('##.#')), ['####']);
  assert.deepEqual(closed(slice('.#', '.#', '..', '.#')), ['.#', '.#', '.#', '.#']);
});
