import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyboardInterrupt } from '../../src/kernel/keyboardInterrupt.js';

test('keyboardInterrupt() has the name that front ends know, and no stack of the kernel', () => {
  const error = keyboardInterrupt();
  assert.equal(error.name, 'KeyboardInterrupt');
  assert.equal(error.stack, '');
});
