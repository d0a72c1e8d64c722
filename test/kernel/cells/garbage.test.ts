import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createGarbageCollection } from '../../../src/kernel/cells/garbage.js';

test('createGarbageCollection() collects at rest where there is much, and leaves what is in use', async () => {
  const afterCell = createGarbageCollection(10);
  const list = (length: number): { index: number }[] => Array.from({ length }, (_, index) => ({ index }));
  const kept = list(1000);
  const gone = new WeakRef(list(4_000_000));
  await wait(1); // what a WeakRef was made of lives on until then
  const before = process.memoryUsage().heapUsed;
  afterCell();
  for (let tries = 0; tries < 200 && gone.deref() !== undefined; tries++) await wait(20);
  assert.equal(gone.deref(), undefined);
  assert.ok(process.memoryUsage().heapUsed < before);
  assert.equal(kept[999]!.index, 999);
});
