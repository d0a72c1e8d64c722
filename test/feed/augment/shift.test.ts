import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyShift, drawShift, inverseShift } from '../../../src/feed/augment/shift.js';
import { createRandom } from '../../../src/random.js';
import { runPython } from '../../python.js';

const shape = { dim: 5, slices: 4 };
const voxels = 100;

test("applyShift() equals numpy's slices, exactly, with air behind, and leaves other patches alone", () => {
  const shifts = [
    [2, 0, -1],
    [-3, 1, 0],
    [0, -4, 3],
    [6, 0, 0],
    [0, 0, -9],
  ] as const;
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np
a = np.arange(100).reshape(4, 5, 5)
def moved(x, y, z):
    p = np.full((24, 25, 25), -1000)
    p[10 + z:14 + z, 10 + y:15 + y, 10 + x:15 + x] = a
    return p[10:14, 10:15, 10:15].ravel().tolist()
print(json.dumps([moved(*s) for s in json.load(sys.stdin)]))`,
    shifts,
  );
  for (const [i, shift] of shifts.entries()) {
    const patches = Int16Array.from({ length: 3 * voxels }, (_, at) => at - voxels);
    applyShift(patches, voxels, shape, shift);
    assert.deepEqual([...patches.subarray(voxels, 2 * voxels)], expected[i], `${shift}`);
    assert.deepEqual([patches[voxels - 1], patches[2 * voxels]], [-1, voxels]);
  }
});

test('inverseShift() brings back all that stayed inside', () => {
  const patch = Int16Array.from({ length: voxels }, (_, i) => i);
  applyShift(patch, 0, shape, [1, 0, -2]);
  applyShift(patch, 0, shape, inverseShift([1, 0, -2]));
  for (const [i, hu] of patch.entries()) assert.equal(hu, i % 5 === 4 || i < 50 ? -1000 : i);
});

test('drawShift() draws every whole shift of the range about equally often', () => {
  const random = createRandom(2);
  const counts = new Map<number, number>();
  for (let i = 0; i < 1000; i++)
    for (const value of drawShift({ shift: 2 }, random)) counts.set(value, (counts.get(value) ?? 0) + 1);
  assert.deepEqual(
    [...counts.keys()].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2],
  );
  for (const count of counts.values()) assert.ok(count > 500 && count < 700, String(count));
});
