import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, cross, dot, scale, subtract } from '../../../src/volumes/voxels/vectors.js';

test('vectors are added, subtracted and scaled axis by axis; cross() is right-handed, and at right angles to both', () => {
  assert.deepEqual(add([1, 2, 3], [4, 5, 6]), [5, 7, 9]);
  assert.deepEqual(subtract([1, 2, 3], [4, 6, 8]), [-3, -4, -5]);
  assert.deepEqual(scale([1, -2, 3], 2), [2, -4, 6]);
  assert.equal(dot([1, 2, 3], [4, 5, 6]), 32);
  assert.deepEqual(cross([1, 0, 0], [0, 1, 0]), [0, 0, 1]);
  const [a, b] = [[1, 2, 3] as const, [-2, 5, 0.5] as const];
  assert.deepEqual([dot(cross(a, b), a), dot(cross(a, b), b)], [0, 0]);
});
