import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLimitSeconds } from '../src/guardedCall.js';

// Calls that hang: test/program/hangingFiles.test.ts.

test('readLimitSeconds() is two minutes, or what VOXLAB_READ_LIMIT_S says', () => {
  assert.equal(readLimitSeconds(''), 120);
  assert.equal(readLimitSeconds('0.5'), 0.5);
  for (const said of ['0', '-1', 'long', '1e9', '0x10'])
    assert.throws(() => readLimitSeconds(said), /VOXLAB_READ_LIMIT_S: expected seconds above 0/, said);
});
