import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LATE, withinTime } from '../src/withinTime.js';

test('withinTime() gives what comes in time, its failure, or LATE, whose own failure nobody hears', async () => {
  assert.equal(await withinTime(Promise.resolve(7), 1000), 7);
  await assert.rejects(withinTime(Promise.reject(new Error('no')), 1000), /no/);
  let fail: (reason: unknown) => void = () => {};
  const hanging = new Promise<never>((_, reject) => {
    fail = reject;
  });
  assert.equal(await withinTime(hanging, 5), LATE);
  fail(new Error('too late'));
  await new Promise((done) => setImmediate(done));
});
