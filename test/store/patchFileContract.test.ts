import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voxelsPerPatch } from '../../src/store/patchFileContract.js';

test('voxelsPerPatch() counts those of cubes and of flat patches', () => {
  assert.equal(voxelsPerPatch({ dim: 32, slices: 32 }), 32 ** 3);
  assert.equal(voxelsPerPatch({ dim: 32, slices: 3 }), 3072);
});
