import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import {
  COMPILING,
  INPUT,
  INPUT_INTERRUPTED,
  INPUT_WAITING,
  INTERRUPT_TAKEN,
  SHARED_WORDS,
} from '../../../src/kernel/wire/channel.js';
import { inRepository } from '../../../src/paths.js';

/** Interrupts this very thread from a worker, as the kernel's sockets' thread does. */
function interrupterFor(shared: Int32Array): Worker {
  const program = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { createInterrupter } from ${JSON.stringify(pathToFileURL(inRepository('dist/src/kernel/wire/interrupter.js')))};
    const interrupt = createInterrupter(workerData, () => parentPort.postMessage('asked'));
    parentPort.postMessage('ready');
    parentPort.once('message', async (delayMs) => {
      await new Promise((go) => setTimeout(go, delayMs));
      await interrupt();
      parentPort.postMessage('done');
      setTimeout(() => process.exit(), 50);
    });`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData: shared });
}

const next = (worker: Worker, wanted: string): Promise<void> =>
  new Promise((resolve) => worker.on('message', (word) => word === wanted && resolve()));

test('createInterrupter() asks first, and leaves a main thread alone that takes the interrupt', async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
  const worker = interrupterFor(shared);
  await next(worker, 'ready');
  const asked = next(worker, 'asked').then(() => Atomics.store(shared, INTERRUPT_TAKEN, 1));
  const done = next(worker, 'done');
  worker.postMessage(0);
  await asked;
  await done;
});

test('createInterrupter() wakes a main thread that waits for input, and waits while the compiler works', async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
  const worker = interrupterFor(shared);
  await next(worker, 'ready');
  Atomics.store(shared, INPUT, INPUT_WAITING);
  Atomics.store(shared, COMPILING, 1);
  const done = next(worker, 'done');
  worker.postMessage(20);
  assert.equal(Atomics.wait(shared, INPUT, INPUT_WAITING, 5000), 'ok');
  assert.equal(shared[INPUT], INPUT_INTERRUPTED);
  const end = Date.now() + 400; // longer than its patience: nothing terminates this loop
  while (Date.now() < end);
  Atomics.store(shared, INTERRUPT_TAKEN, 1);
  Atomics.store(shared, COMPILING, 0);
  await done;
});
