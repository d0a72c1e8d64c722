import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createChestShape } from '../../src/sample/chestShape.js';
import { createSkeleton } from '../../src/sample/skeleton.js';

const chest = createChestShape(createRandom(8));
const skeleton = createSkeleton(chest, createRandom('bones'));

test('createSkeleton() has ribs outside the lungs that start at the spine and come down to the front', () => {
  assert.ok(skeleton.ribPoints.length > 200);
  for (const [x, y, z] of skeleton.ribPoints)
    if (z < chest.apexZ - 10) assert.ok(chest.tissuesAt(x, y, z).lung > 0, `${x} ${y} ${z}`);
  const ribs = skeleton.bones.slice(0, 22);
  for (const { tubes } of ribs) {
    assert.ok(tubes[0]!.from[1] > tubes.at(-1)!.to[1] + 40, 'from back to front');
    assert.ok(tubes[0]!.from[2] > tubes.at(-1)!.to[2] + 10, 'downwards');
    assert.ok(Math.sign(tubes[0]!.from[0]) === Math.sign(tubes.at(-1)!.from[0]), 'on one side');
  }
});

test('createSkeleton() has a spine over the whole height of the lungs, in the middle at the back', () => {
  const heights = skeleton.vertebrae.map(({ center }) => center[2]);
  assert.ok(Math.max(...heights) > chest.apexZ && Math.min(...heights) < chest.baseZ);
  for (const { center, halfMm } of skeleton.vertebrae) {
    assert.equal(center[0], 0);
    assert.ok(center[1] > 0 && halfMm.every((mm) => mm > 5 && mm < 25));
  }
});

test('createSkeleton() is dense outside and less so inside; cartilage has no shell', () => {
  const shelled = skeleton.bones.filter((bone) => bone.corticalMm > 0);
  for (const bone of shelled) assert.ok(bone.shellHu > 400 && bone.coreHu > 100 && bone.coreHu < 300);
  const cartilage = skeleton.bones.filter((bone) => bone.corticalMm === 0);
  assert.ok(cartilage.length > 0 && cartilage.every((bone) => bone.shellHu < 200));
});
