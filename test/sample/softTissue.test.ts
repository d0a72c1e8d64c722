import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createCanvas } from '../../src/sample/canvas.js';
import { createChestShape } from '../../src/sample/chestShape.js';
import { paintSoftTissue } from '../../src/sample/softTissue.js';
import type { Matrix3, Vector3 } from '../../src/volumes/voxels/volume.js';

const chest = createChestShape(createRandom(4));
const SIZE: Vector3 = [85, 75, 60];
const SPACING: Vector3 = [4, 3.5, 4.5];

function painted(direction: Matrix3): Int16Array {
  const half = [0, 1, 2].map((axis) => ((SIZE[axis]! - 1) * SPACING[axis]!) / 2);
  const originMm: Vector3 = [-half[0]! * direction[0], -half[1]! * direction[4], -half[2]!];
  const canvas = createCanvas({ size: SIZE, spacingMm: SPACING, originMm, direction }, [0, 0, 0], 1);
  paintSoftTissue(canvas, chest, { lung: -860, blood: 45 }, createRandom('texture'));
  return canvas.data;
}
const upright = painted([1, 0, 0, 0, 1, 0, 0, 0, 1]);

test('paintSoftTissue() gives air, fat, lung and heart the values of a CT, where the chest has them', () => {
  const halfMm = [0, 1, 2].map((axis) => ((SIZE[axis]! - 1) * SPACING[axis]!) / 2);
  let seen = { air: 0, lung: 0, heart: 0 };
  for (let k = 0; k < SIZE[2]; k++)
    for (let j = 0; j < SIZE[1]; j++)
      for (let i = 0; i < SIZE[0]; i++) {
        const value = upright[i + SIZE[0] * (j + SIZE[1] * k)]!;
        const tissues = chest.tissuesAt(
          i * SPACING[0] - halfMm[0]!,
          j * SPACING[1] - halfMm[1]!,
          k * SPACING[2] - halfMm[2]!,
        );
        if (tissues.body > 12) {
          assert.equal(value, -1000);
          seen = { ...seen, air: seen.air + 1 };
        } else if (tissues.lung < -12) {
          assert.ok(value > -960 && value < -700, String(value));
          seen = { ...seen, lung: seen.lung + 1 };
        } else if (tissues.heart < -10 && tissues.lung > 8) {
          assert.ok(Math.abs(value - 47) <= 2, String(value));
          seen = { ...seen, heart: seen.heart + 1 };
        }
      }
  for (const [tissue, voxels] of Object.entries(seen)) assert.ok(voxels > 300, `${tissue}: ${voxels} voxels`);
});

test('paintSoftTissue() of a flipped scan is the same chest, turned in the array', () => {
  const flipped = painted([-1, 0, 0, 0, -1, 0, 0, 0, 1]);
  const [nx, ny, nz] = SIZE;
  let unlike = 0;
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const there = flipped[nx - 1 - i + nx * (ny - 1 - j + ny * k)]!;
        if (Math.abs(upright[i + nx * (j + ny * k)]! - there) > 1) unlike++;
      }
  assert.equal(unlike, 0);
});
