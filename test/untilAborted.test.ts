import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterruptedError } from '../src/errors.js';
import { untilAborted } from '../src/untilAborted.js';

test('untilAborted() gives what the promise gives, and ends at once when the signal is aborted', async () => {
  const { signal } = new AbortController();
  assert.equal(await untilAborted(undefined, 'waiting', Promise.resolve(7)), 7);
  assert.equal(await untilAborted(signal, 'waiting', Promise.resolve(7)), 7);
  await assert.rejects(untilAborted(signal, 'waiting', Promise.reject(new Error('x'))), /^Error: x$/);
  const controller = new AbortController();
  const waiting = untilAborted(controller.signal, 'waiting for rank 1', new Promise(() => {}));
  controller.abort();
  await assert.rejects(waiting, { name: 'InterruptedError', message: /while waiting for rank 1/ });
  await assert.rejects(untilAborted(controller.signal, 'waiting', new Promise(() => {})), InterruptedError);
});
