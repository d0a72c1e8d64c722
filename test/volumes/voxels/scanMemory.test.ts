import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { newScanMemory, requireScanMemory } from '../../../src/volumes/voxels/scanMemory.js';

test('newScanMemory() gives memory, and says before it takes it how much it would take and how much there is', () => {
  assert.equal(newScanMemory(1000, 'a.mhd').byteLength, 1000);
  assert.throws(
    () => newScanMemory(2 ** 50, 'a.mhd'),
    (error) =>
      error instanceof InputError &&
      /^a\.mhd: its voxels take 1125899\.9 GB of memory, found \d+(\.\d+)? GB free: end other programs/.test(
        error.message,
      ),
  );
});

test('requireScanMemory() refuses what is more than is free', () => {
  requireScanMemory(999, 'a.mhd', 1000);
  assert.throws(
    () => requireScanMemory(300e6, 'a.mhd', 200e6),
    /its voxels take 0\.300 GB of memory, found 0\.200 GB free/,
  );
});
