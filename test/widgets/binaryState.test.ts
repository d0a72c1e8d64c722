import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinState, splitState } from '../../src/widgets/binaryState.js';

test('splitState() takes bytes out of the JSON, and joinState() puts them back', () => {
  const state = { a: 1, bytes: Uint8Array.of(1, 2), list: [3], more: Uint8Array.of(4) };
  const split = splitState(state);
  assert.deepEqual(split.state, { a: 1, list: [3] });
  assert.deepEqual(split.bufferPaths, [['bytes'], ['more']]);
  assert.deepEqual(joinState(split), state);
});

test('joinState() leaves out bytes of deeper values, and paths without bytes', () => {
  const joined = joinState({
    state: { a: 1 },
    bufferPaths: [['b', 'c'], ['d']],
    buffers: [Uint8Array.of(1)],
  });
  assert.deepEqual(joined, { a: 1 });
});
