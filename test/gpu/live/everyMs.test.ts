import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { everyMs } from '../../../src/gpu/live/everyMs.js';

const BEGAN_MS = 1000;

/** A clock that goes when it is told to; timers ring by it, each `earlyMs` too soon. */
function clockOf(t: TestContext, earlyMs = 0): { nowMs: number; goOnFor(ms: number): void } {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const clock = {
    nowMs: BEGAN_MS,
    goOnFor(ms: number) {
      for (const end = clock.nowMs + ms; clock.nowMs < end; ) {
        clock.nowMs++;
        t.mock.timers.tick(1);
      }
    },
  };
  t.mock.method(performance, 'now', () => (clock.nowMs === BEGAN_MS ? BEGAN_MS : clock.nowMs - earlyMs));
  return clock;
}

test('everyMs() calls at once and then once at each time, leaves out what was missed, and stops', (t) => {
  const clock = clockOf(t);
  const calls: number[] = [];
  const stop = everyMs(50, () => {
    calls.push(clock.nowMs - BEGAN_MS);
    // The thread is busy over one of the times.
    if (calls.length === 3) clock.nowMs += 70;
  });
  assert.deepEqual(calls, [0]);
  clock.goOnFor(500);
  const expected = [0, 50, 100, 200, 250, 300, 350, 400, 450, 500];
  assert.deepEqual(calls, expected);
  stop();
  clock.goOnFor(200);
  assert.deepEqual(calls, expected);
});

test('everyMs() has no time twice where a timer rings early', (t) => {
  const clock = clockOf(t, 0.4);
  let calls = 0;
  const stop = everyMs(50, () => calls++);
  clock.goOnFor(510);
  stop();
  assert.equal(calls, 11);
});

test('everyMs() can be stopped by the work itself', async () => {
  let calls = 0;
  const stop = everyMs(5, () => {
    if (++calls === 2) stop();
  });
  await wait(60);
  assert.equal(calls, 2);
});
