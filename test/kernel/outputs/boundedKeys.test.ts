import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedKeys } from '../../../src/kernel/outputs/boundedKeys.js';

test('boundedKeys() gives the first keys and how many follow', () => {
  const symbol = Symbol('s');
  assert.deepEqual(boundedKeys({ a: 1, [symbol]: 2 }), { keys: ['a', symbol], more: 0 });
  assert.deepEqual(boundedKeys({ a: 1, b: 2, c: 3 }, 2), { keys: ['a', 'b'], more: 1 });
  assert.deepEqual(boundedKeys(Object.defineProperty({}, 'hidden', { value: 1 })), { keys: [], more: 0 });
});

test('boundedKeys() counts a list of any length exactly without listing its keys', () => {
  for (const length of [1023, 1024, 1025, 5000, 2 ** 20, 3_000_001]) {
    const { keys, more } = boundedKeys(new Uint8Array(length), 5);
    assert.deepEqual([keys, more], [['0', '1', '2', '3', '4'], length - 5]);
  }
  const from = performance.now();
  boundedKeys(new Uint8Array(1e9));
  assert.ok(performance.now() - from < 50);
});
