import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, lastError, libc } from '../src/libc.js';

test('libc(): a call that fails returns -1, and lastError() names why', () => {
  assert.equal(libc().flock(-1, 2), -1);
  assert.equal(lastError(), 'EBADF');
});

test('addressOf() is where the bytes lie: a C function reads them there', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  assert.equal(addressOf(bytes.subarray(2)), addressOf(bytes) + 2n);
});
