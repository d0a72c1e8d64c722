import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { everyMs } from '../../../src/gpu/live/everyMs.js';

test('everyMs() calls at once and then once at each time, leaves out what was missed, and stops', async () => {
  const began = performance.now();
  const calls: number[] = [];
  const stop = everyMs(50, () => {
    calls.push(performance.now() - began);
    // The thread is busy over one of the times.
    if (calls.length === 3) for (const end = performance.now() + 70; performance.now() < end; );
  });
  await wait(520);
  stop();
  const { length } = calls;
  await wait(120);
  assert.equal(calls.length, length, 'stopped');
  assert.ok(calls[0]! < 20, 'at once');
  // A busy machine may miss more of them, but never has one twice.
  const slots = calls.map((at) => Math.round(at / 50));
  assert.equal(new Set(slots).size, slots.length, slots.join(' '));
  assert.ok(length >= 4 && length <= 11, String(length));
  assert.ok(!slots.includes(3), 'the third call lasted over it');
});

test('everyMs() can be stopped by the work itself', async () => {
  let calls = 0;
  const stop = everyMs(5, () => {
    if (++calls === 2) stop();
  });
  await wait(60);
  assert.equal(calls, 2);
});
