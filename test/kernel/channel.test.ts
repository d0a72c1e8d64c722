import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as channel from '../../src/kernel/channel.js';

test('channel: the words of the shared memory are distinct and lie inside it, the states of INPUT are distinct', () => {
  const words = [channel.INTERRUPT_TAKEN, channel.COMPILING, channel.INPUT];
  assert.deepEqual(words, [...Array(channel.SHARED_WORDS).keys()]);
  const { INPUT_NONE, INPUT_WAITING, INPUT_GIVEN, INPUT_INTERRUPTED } = channel;
  assert.equal(new Set([INPUT_NONE, INPUT_WAITING, INPUT_GIVEN, INPUT_INTERRUPTED]).size, 4);
  assert.equal(INPUT_NONE, 0, 'fresh memory is zero');
});
