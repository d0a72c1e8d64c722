import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySymmetry, drawSymmetry } from '../../../src/feed/augment/symmetry.js';
import { createRandom } from '../../../src/random.js';
import { runPython } from '../../python.js';

const still = { flipX: false, flipY: false, flipZ: false, swapXY: false };

test("applySymmetry() equals numpy's flips and transposition, and leaves other patches alone", () => {
  const voxels = 4 * 3 * 3;
  const symmetry = { flipX: true, flipY: false, flipZ: true, swapXY: true };
  const expected = runPython<number[]>(
    `import json, numpy as np
a = np.arange(36).reshape(4, 3, 3)
a = a.transpose(0, 2, 1)[::-1, :, ::-1]
print(json.dumps(a.ravel().tolist()))`,
  );
  const patches = Int16Array.from({ length: 3 * voxels }, (_, i) => i - voxels);
  applySymmetry(patches, voxels, { dim: 3, slices: 4 }, symmetry);
  assert.deepEqual([...patches.slice(voxels, 2 * voxels)], expected);
  assert.equal(patches[0], -voxels);
  assert.equal(patches[3 * voxels - 1], 2 * voxels - 1);
});

test('applySymmetry() of a flip twice is the identity', () => {
  const patch = Int16Array.from({ length: 27 }, (_, i) => i);
  for (let twice = 0; twice < 2; twice++)
    applySymmetry(patch, 0, { dim: 3, slices: 3 }, { ...still, flipY: true, flipZ: true });
  assert.deepEqual(
    [...patch],
    Array.from({ length: 27 }, (_, i) => i),
  );
});

test('drawSymmetry() draws all 16 about equally often', () => {
  const random = createRandom(3);
  const counts = new Map<string, number>();
  for (let i = 0; i < 1600; i++) {
    const key = JSON.stringify(drawSymmetry(random));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 16);
  for (const count of counts.values()) assert.ok(count > 60 && count < 150, String(count));
});
