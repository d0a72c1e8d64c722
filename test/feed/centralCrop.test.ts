import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyMiddle, shapeOfCrop } from '../../src/feed/centralCrop.js';

/** Each voxel says x, y, z: a digit each; patches differ by thousands. */
function patch(dim: number, slices: number, thousands: number): number[] {
  return Array.from({ length: dim * dim * slices }, (_, i) => {
    const [x, y, z] = [i % dim, Math.floor(i / dim) % dim, Math.floor(i / dim ** 2)];
    return 1000 * thousands + 100 * z + 10 * y + x;
  });
}

test('copyMiddle() keeps the voxel n / 2 of the candidate, and writes to its place alone', () => {
  for (const [stored, crop] of [
    [8, 4],
    [7, 4],
    [8, 3],
    [7, 3],
  ] as const) {
    const into = new Int16Array(crop ** 3 + 2);
    const [whole, middle] = [stored, crop].map((dim) => ({ dim, slices: dim }));
    copyMiddle(Int16Array.from(patch(stored, stored, 1)), whole!, middle!, into, 1);
    const half = Math.floor(crop / 2);
    const at = 1 + (half * crop + half) * crop + half;
    assert.equal(into[at], 1000 + 111 * Math.floor(stored / 2), `${stored} to ${crop}`);
    assert.deepEqual([into[0], into.at(-1), into.filter((hu) => hu === 0).length], [0, 0, 2]);
  }
});

test('shapeOfCrop() leaves flat patches their slices, 0 leaves all, more than there is is refused', () => {
  assert.deepEqual(shapeOfCrop({ dim: 8, slices: 3 }, 4), { dim: 4, slices: 3 });
  assert.deepEqual(shapeOfCrop({ dim: 8, slices: 3 }, 0), { dim: 8, slices: 3 });
  assert.throws(() => shapeOfCrop({ dim: 8, slices: 3 }, 9), /Expected CROP of at most 8.* received 9/);
});
