import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createGarbageCollection } from '../../../src/kernel/cells/garbage.js';

test('createGarbageCollection() collects at rest where there is much, leaves what is in use and gives the memory back', async () => {
  const afterCell = createGarbageCollection(10);
  const list = (length: number): { index: number }[] => Array.from({ length }, (_, index) => ({ index }));
  const kept = list(1000);
  const gone = new WeakRef(list(4_000_000));
  await wait(1); // what a WeakRef was made of lives on until then
  const before = process.memoryUsage();
  afterCell();
  for (let tries = 0; tries < 200 && gone.deref() !== undefined; tries++) await wait(20);
  assert.equal(gone.deref(), undefined);
  for (let tries = 0; tries < 200 && !isGivenBack(before); tries++) await wait(20);
  assert.ok(isGivenBack(before), `${process.memoryUsage().heapTotal} of ${before.heapTotal} bytes are held`);
  assert.equal(kept[999]!.index, 999);
});

/** 4 million objects take 100 MB. */
function isGivenBack({ heapTotal, heapUsed }: NodeJS.MemoryUsage): boolean {
  const now = process.memoryUsage();
  return now.heapUsed < heapUsed && now.heapTotal < heapTotal - 50e6;
}
