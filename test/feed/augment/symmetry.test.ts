import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySymmetry, drawSymmetry, inverseSymmetry } from '../../../src/feed/augment/symmetry.js';
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

test('drawSymmetry() of quarter turns alone gives the four of numpy.rot90, of flips alone the eight flips', () => {
  const turned = runPython<number[][]>(
    `import json, numpy as np
a = np.arange(18).reshape(2, 3, 3)
print(json.dumps([np.rot90(a, k, (1, 2)).ravel().tolist() for k in range(4)]))`,
  );
  const random = createRandom(8);
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const patch = Int16Array.from({ length: 18 }, (_, at) => at);
    applySymmetry(patch, 0, { dim: 3, slices: 2 }, drawSymmetry(random, { rotations90: true }));
    seen.add(JSON.stringify([...patch]));
  }
  assert.deepEqual([...seen].sort(), turned.map((patch) => JSON.stringify(patch)).sort());
  const flips = Array.from({ length: 200 }, () => drawSymmetry(random, { flips: true }));
  assert.ok(flips.every(({ swapXY }) => !swapXY));
  assert.equal(new Set(flips.map((flip) => JSON.stringify(flip))).size, 8);
});

test('inverseSymmetry() undoes each of the 16', () => {
  for (let bits = 0; bits < 16; bits++) {
    const [flipX, flipY, flipZ, swapXY] = [1, 2, 4, 8].map((bit) => (bits & bit) !== 0) as [
      boolean,
      boolean,
      boolean,
      boolean,
    ];
    const patch = Int16Array.from({ length: 36 }, (_, i) => i);
    const symmetry = { flipX, flipY, flipZ, swapXY };
    applySymmetry(patch, 0, { dim: 3, slices: 4 }, symmetry);
    applySymmetry(patch, 0, { dim: 3, slices: 4 }, inverseSymmetry(symmetry));
    assert.deepEqual(
      [...patch],
      Array.from({ length: 36 }, (_, i) => i),
    );
  }
});
