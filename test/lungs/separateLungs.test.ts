import assert from 'node:assert/strict';
import { test } from 'node:test';
import { separateLungs } from '../../src/lungs/separateLungs.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { count, paint } from './lungPicture.js';

const size: Vector3 = [140, 70, 40];
const spacingMm: Vector3 = [1.5, 1.5, 4];
const right = { center: [38, 35, 20], half: [30, 28, 19] } as const;
const left = { center: [102, 35, 20], half: [28, 27, 18] } as const;

function joined(halfBridge: number): Uint8Array {
  const lungs = new Uint8Array(size[0] * size[1] * size[2]);
  paint(lungs, size, [right, left, { center: [70, 30, 22], half: [20, halfBridge, halfBridge / 2] }]);
  return lungs;
}

test('separateLungs() parts two lungs that touch, at the bridge between them', () => {
  const lungs = joined(5);
  const [before, alone] = [count(lungs), new Uint8Array(lungs.length)];
  separateLungs(lungs, size, spacingMm);
  assert.equal(count(lungs, 1) + count(lungs, 2), before, 'no voxel is lost');
  paint(alone, size, [left]);
  const smaller = lungs[(20 * size[1] + 35) * size[0] + 102]!;
  assert.equal(smaller, 2);
  for (let i = 0; i < lungs.length; i++)
    if (alone[i] === 1 && lungs[i] !== 2) assert.fail(`voxel ${i} of the left lung is ${lungs[i]}`);
  assert.ok(count(lungs, 2) < 1.05 * count(alone));
});

test('separateLungs() leaves a lung that does not fall in two, and an empty mask', () => {
  const single = new Uint8Array(size[0] * size[1] * size[2]);
  paint(single, size, [right]);
  for (const lungs of [single, new Uint8Array(single.length)]) {
    const before = lungs.slice();
    separateLungs(lungs, size, spacingMm);
    assert.ok(Buffer.compare(lungs, before) === 0);
  }
});
