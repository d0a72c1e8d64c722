import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copiedPatch } from '../../../src/feed/augment/patchShape.js';

test('copiedPatch() copies one patch, also after a larger one', () => {
  const from = Int16Array.from({ length: 60 }, (_, i) => i);
  assert.equal(copiedPatch(from, 0, { dim: 4, slices: 3 }).length, 48);
  const copy = copiedPatch(from, 20, { dim: 2, slices: 3 });
  from.fill(0);
  assert.deepEqual([...copy], [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
});
