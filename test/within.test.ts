import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { LATE, within } from '../src/within.js';

test('within() gives what comes in time, LATE for what does not, and lets go of what fails later', async () => {
  assert.equal(await within(Promise.resolve(7), 1000), 7);
  await assert.rejects(within(Promise.reject(new Error('refused')), 1000), /refused/);
  const failing = after(20).then(() => Promise.reject(new Error('too late to be heard')));
  assert.equal(await within(failing, 1), LATE);
  await after(40);
});
