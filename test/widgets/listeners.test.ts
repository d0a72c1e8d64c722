import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createListeners } from '../../src/widgets/listeners.js';

test('createListeners() tells each listener until it is taken away', () => {
  const listeners = createListeners<number>();
  const seen: number[] = [];
  const stop = listeners.add((value) => seen.push(value));
  listeners.tell(1);
  stop();
  listeners.tell(2);
  assert.deepEqual(seen, [1]);
});

test('a loop gets the newest value, skips those between, and ends with end()', async () => {
  const listeners = createListeners<number>();
  const seen: number[] = [];
  const loop = (async () => {
    for await (const value of listeners) {
      seen.push(value);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  await new Promise((resolve) => setImmediate(resolve));
  for (const value of [1, 2, 3]) listeners.tell(value);
  await new Promise((resolve) => setTimeout(resolve, 20));
  listeners.tell(4);
  listeners.end();
  await loop;
  assert.deepEqual(seen, [3, 4]);
  for await (const value of listeners) assert.fail(`a loop after the end got ${value}`);
});
