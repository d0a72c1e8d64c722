import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  announceUserCode,
  beginUserCode,
  endUserCode,
  forgetUserCode,
} from '../../../src/kernel/cells/userCode.js';
import {
  ENDING_USER_CODE,
  IN_USER_CODE,
  NO_USER_CODE,
  SHARED_WORDS,
  USER_CODE,
} from '../../../src/kernel/wire/channel.js';

const shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
announceUserCode(shared);

test('beginUserCode() and endUserCode() announce the outermost code; forgetUserCode() what was terminated', () => {
  beginUserCode();
  beginUserCode();
  endUserCode();
  assert.equal(shared[USER_CODE], IN_USER_CODE);
  endUserCode();
  assert.equal(shared[USER_CODE], NO_USER_CODE);
  endUserCode(); // of code that was forgotten
  beginUserCode();
  assert.equal(shared[USER_CODE], IN_USER_CODE);
  forgetUserCode();
  assert.equal(shared[USER_CODE], NO_USER_CODE);
});

test('endUserCode() waits for the termination that is on its way', () => {
  beginUserCode();
  Atomics.store(shared, USER_CODE, ENDING_USER_CODE);
  const began = Date.now();
  endUserCode();
  assert.ok(Date.now() - began >= 900, 'nobody terminates this one');
  assert.equal(shared[USER_CODE], NO_USER_CODE);
});
