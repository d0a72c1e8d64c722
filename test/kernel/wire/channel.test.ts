import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as channel from '../../../src/kernel/wire/channel.js';

test('channel: the words of the shared memory are distinct and lie inside it, their states are distinct', () => {
  const words = [
    channel.INTERRUPT_TAKEN,
    channel.COMPILING,
    channel.INPUT,
    channel.USER_CODE,
    channel.STOP_LOOPS,
  ];
  assert.deepEqual(words, [...Array(channel.SHARED_WORDS).keys()]);
  const { INPUT_NONE, INPUT_WAITING, INPUT_GIVEN, INPUT_INTERRUPTED } = channel;
  assert.equal(new Set([INPUT_NONE, INPUT_WAITING, INPUT_GIVEN, INPUT_INTERRUPTED]).size, 4);
  const { NO_USER_CODE, IN_USER_CODE, ENDING_USER_CODE } = channel;
  assert.equal(new Set([NO_USER_CODE, IN_USER_CODE, ENDING_USER_CODE]).size, 3);
  assert.deepEqual([INPUT_NONE, NO_USER_CODE], [0, 0], 'fresh memory is zero');
});
