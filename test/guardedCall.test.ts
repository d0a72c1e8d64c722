import assert from 'node:assert/strict';
import { on } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { guardedCall, readLimitSeconds } from '../src/guardedCall.js';
import { noteSilence } from '../src/silentMounts.js';

// Calls that hang for as long as the limit is: test/program/hangingFiles.test.ts.

test('guardedCall() that waits is told by a thread that has found the same file silent before, and is not answered late', async () => {
  const path = join(tmpdir(), 'hangs-elsewhere');
  const module = JSON.stringify(new URL('../src/guardedCall.js', import.meta.url).href);
  const program = `
    const { parentPort } = require('node:worker_threads');
    import(${module}).then(async ({ guardedCall }) => {
      const calls = ['', '-not'].map((end) => guardedCall(${JSON.stringify(path)} + end, () => new Promise((done) => {
        parentPort.postMessage('waits');
        if (end !== '') parentPort.once('message', done);
      })).catch(({ message }) => message));
      parentPort.postMessage(await calls[0]);
      parentPort.postMessage(await calls[1]);
    });`;
  const thread = new Worker(program, { eval: true });
  const said = on(thread, 'message')[Symbol.asyncIterator]();
  const next = async () => (await said.next()).value[0] as unknown;
  try {
    assert.deepEqual([await next(), await next()], ['waits', 'waits']);
    await assert.doesNotReject(guardedCall(tmpdir(), () => Promise.resolve()));
    let comeBack = (): void => {};
    await noteSilence(path, new Promise<void>((done) => (comeBack = done)), 60_000);
    assert.match(String(await next()), /hangs-elsewhere: .*does not answer: .* asked again in 60 s/);
    thread.postMessage('answer of the other file');
    assert.equal(await next(), 'answer of the other file');
    comeBack();
  } finally {
    await thread.terminate();
  }
});

test('readLimitSeconds() is two minutes, or what VOXLAB_READ_LIMIT_S says', () => {
  assert.equal(readLimitSeconds(''), 120);
  assert.equal(readLimitSeconds('0.5'), 0.5);
  for (const said of ['0', '-1', 'long', '1e9', '0x10'])
    assert.throws(() => readLimitSeconds(said), /VOXLAB_READ_LIMIT_S: expected seconds above 0/, said);
});
