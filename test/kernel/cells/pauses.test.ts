import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { inPauses } from '../../../src/kernel/cells/pauses.js';

test('inPauses() takes one step after the other, none while it is put off, and says when the last was taken', async () => {
  const taken: number[] = [];
  let putOff = (): void => {};
  const began = performance.now();
  let putOffAt = 0;
  await new Promise<void>((done) => {
    putOff = inPauses(
      () => {
        taken.push(performance.now() - began);
        if (taken.length === 3) {
          putOff();
          putOffAt = performance.now() - began;
        }
        return taken.length === 5;
      },
      done,
      60,
    );
    assert.deepEqual(taken, [], 'not at once');
  });
  await wait(20);
  assert.equal(taken.length, 5);
  assert.ok(taken[3]! - putOffAt >= 59, `${taken[3]! - putOffAt} ms`);
});
