import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centralCrop, croppedRows, shapeOfCrop } from '../../src/feed/centralCrop.js';

/** Each voxel says x, y, z: a digit each; patches differ by thousands. */
function patch(dim: number, slices: number, thousands: number): number[] {
  return Array.from({ length: dim * dim * slices }, (_, i) => {
    const [x, y, z] = [i % dim, Math.floor(i / dim) % dim, Math.floor(i / dim ** 2)];
    return 1000 * thousands + 100 * z + 10 * y + x;
  });
}

test('centralCrop() keeps the voxel n / 2 of the candidate, in each of several patches', () => {
  for (const [stored, crop] of [
    [8, 4],
    [7, 4],
    [8, 3],
    [7, 3],
  ] as const) {
    const both = Int16Array.from([...patch(stored, stored, 1), ...patch(stored, stored, 2)]);
    const middles = centralCrop(both, { dim: stored, slices: stored }, crop);
    assert.equal(middles.length, 2 * crop ** 3);
    const half = Math.floor(crop / 2);
    const at = (half * crop + half) * crop + half;
    assert.equal(middles[at], 1000 + 111 * Math.floor(stored / 2), `${stored} to ${crop}`);
    assert.equal(middles[crop ** 3 + at], 2000 + 111 * Math.floor(stored / 2));
  }
});

test('shapeOfCrop() leaves flat patches their slices, 0 leaves all, more than there is is refused', () => {
  assert.deepEqual(shapeOfCrop({ dim: 8, slices: 3 }, 4), { dim: 4, slices: 3 });
  assert.deepEqual(shapeOfCrop({ dim: 8, slices: 3 }, 0), { dim: 8, slices: 3 });
  assert.throws(() => shapeOfCrop({ dim: 8, slices: 3 }, 9), /Expected CROP of at most 8.* received 9/);
});

test('croppedRows() reads the middles of rows to their place', async () => {
  const source = {
    voxelsPerRow: 64,
    readRows: async (rows: ArrayLike<number>, into: Int16Array) =>
      into.set(Array.from(rows).flatMap((row) => patch(4, 4, row))),
  };
  const cropped = croppedRows(source, { dim: 4, slices: 4 }, 2);
  assert.equal(cropped.voxelsPerRow, 8);
  const into = new Int16Array(17);
  await cropped.readRows([2, 1], into, 1);
  assert.deepEqual([...into.subarray(1, 5)], [2111, 2112, 2121, 2122]);
  assert.deepEqual([into[0], into[9], into[16]], [0, 1111, 1222]);
  assert.equal(croppedRows(source, { dim: 4, slices: 4 }, 0), source);
});
