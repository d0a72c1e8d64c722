import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removeAirways } from '../../src/lungs/airways.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { count, paint } from './lungPicture.js';

const size: Vector3 = [120, 90, 70];
const spacingMm: Vector3 = [2, 2, 3];
const lungs = [
  { center: [35, 45, 25], half: [20, 28, 30] },
  { center: [85, 45, 25], half: [20, 28, 30] },
] as const;
const at = (x: number, y: number, z: number): number => (z * size[1] + y) * size[0] + x;

/** A body with two lungs, with a tube of `halfVoxels` from the top down the middle that opens into both. */
function chest(halfVoxels: number, middleX = 60): Uint8Array {
  const air = new Uint8Array(size[0] * size[1] * size[2]).fill(2);
  paint(air, size, [{ center: [60, 45, 35], half: [56, 42, 400] }], 0);
  for (let z = 30; z < size[2]; z++)
    paint(
      air.subarray(at(0, 0, z), at(0, 0, z + 1)),
      [size[0], size[1], 1],
      [{ center: [middleX, 45, 0], half: [halfVoxels, halfVoxels, 1] }],
    );
  paint(air, size, lungs);
  for (let x = 50; x < 71; x++) air[at(x, 45, 30)] = 1;
  return air;
}

test('removeAirways() clears the windpipe down to where it opens into the lungs, and leaves these', () => {
  const air = chest(4);
  const lungVoxels = count(chest(0.1));
  removeAirways(air, size, spacingMm);
  for (let z = 31; z < size[2]; z++) assert.equal(air[at(60, 45, z)], 0, `slice ${z}`);
  const left = count(air);
  assert.ok(Math.abs(left - lungVoxels) < 0.02 * lungVoxels, `${left} of ${lungVoxels} voxels of the lungs`);
});

test('removeAirways() leaves what is too large, too thin or off the middle', () => {
  for (const air of [chest(12), chest(1), chest(4, 95)]) {
    const before = air.slice();
    removeAirways(air, size, spacingMm);
    assert.ok(Buffer.compare(air, before) === 0);
  }
});
