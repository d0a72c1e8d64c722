import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createChestShape, drawChestSizes } from '../../src/sample/chestShape.js';
import { addScaled } from '../../src/sample/points.js';
import { dot } from '../../src/volumes/voxels/vectors.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';

const chests = [1, 2, 3, 4, 5, 6].map((seed) => createChestShape(createRandom(seed)));

test('createChestShape() makes lungs of 1 to 3.5 litres each, the body around the cavity around the lungs', () => {
  for (const chest of chests) {
    const litres = [0, 0];
    const step = 6;
    for (let z = chest.baseZ - 10; z < chest.apexZ + 10; z += step)
      for (let y = -120; y < 120; y += step)
        for (let x = -150; x < 150; x += step) {
          const tissues = chest.tissuesAt(x, y, z);
          if (tissues.lung < 0) litres[x < 0 ? 0 : 1]! += (step * step * step) / 1e6;
          if (tissues.lung < -1) assert.ok(tissues.cavity < 0 && tissues.body < 0, `${x} ${y} ${z}`);
        }
    for (const volume of litres) assert.ok(volume > 0.8 && volume < 3.5, litres.join(' and '));
    assert.ok(litres[0]! > litres[1]!, 'the right lung is the larger: the heart lies to the left');
  }
});

test('createChestShape() puts heart to the left, spine to the back and liver under the right dome (LPS)', () => {
  for (const chest of chests) {
    const { halfDepthMm: d, halfWidthMm: w } = chest.sizes;
    const heartAt = (x: number): number =>
      chest.tissuesAt(x, -0.2 * d, chest.baseZ + 0.34 * chest.sizes.heightMm).heart;
    assert.ok(heartAt(0.4 * w) < 0 && heartAt(-0.4 * w) > 0);
    assert.ok(chest.tissuesAt(0, 0.7 * d, 20).lung > 0, 'no lung where the spine is');
    assert.ok(chest.tissuesAt(-0.5 * w, 0, chest.baseZ + 5).liver < 0);
    assert.ok(chest.tissuesAt(0.6 * w, 0, chest.baseZ + 5).liver > 0);
  }
});

test('depthInLungMm() and inwardNormal() agree: a step of 1 mm inwards is 1 mm deeper, near the wall', () => {
  for (const chest of chests) {
    const start: Vector3 = [-0.5 * chest.sizes.halfWidthMm, 0.3 * chest.sizes.halfDepthMm, 20];
    let wall = start;
    for (let i = 0; i < 12; i++)
      wall = addScaled(wall, chest.inwardNormal(wall), 0.9 * (3 - chest.depthInLungMm(wall)));
    assert.ok(Math.abs(chest.depthInLungMm(wall) - 3) < 0.3);
    const deeper = chest.depthInLungMm(addScaled(wall, chest.inwardNormal(wall), 1));
    assert.ok(deeper - chest.depthInLungMm(wall) > 0.6 && deeper - chest.depthInLungMm(wall) < 1.4);
    const normal = chest.inwardNormal(wall);
    assert.ok(Math.abs(dot(normal, normal) - 1) < 1e-9);
  }
});

test('cavityWall() lies on the inner side of the rib cage, left and right', () => {
  for (const chest of chests)
    for (const towards of [
      [1, 0],
      [-1, 0],
      [0.6, 0.8],
    ] as const) {
      const [x, y, z] = chest.cavityWall(10, towards);
      assert.ok(Math.abs(chest.tissuesAt(x, y, z).cavity) < 1e-6);
      assert.ok(x * towards[0] > 0);
    }
});

test('drawChestSizes() gives the sizes of the chest that the same generator makes', () => {
  for (const [i, chest] of chests.entries())
    assert.deepEqual(drawChestSizes(createRandom(i + 1)), chest.sizes);
});
