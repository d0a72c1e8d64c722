import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyboardInterrupt } from '../../../src/kernel/cells/keyboardInterrupt.js';

test('keyboardInterrupt() has the name that front ends know', () => {
  assert.equal(keyboardInterrupt().name, 'KeyboardInterrupt');
});
