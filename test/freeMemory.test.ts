import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { freeBytes } from '../src/freeMemory.js';

test('freeBytes() is some of what the machine has', () => {
  assert.ok(freeBytes() > 1e6 && freeBytes() <= totalmem());
});
