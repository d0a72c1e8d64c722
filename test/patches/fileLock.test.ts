import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { EnvironmentError } from '../../src/errors.js';
import { takeLock } from '../../src/patches/fileLock.js';

function target(t: { after: (end: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'p.hdf5');
}

test('takeLock() refuses while a living process holds it, naming process and host, and frees it on release', (t) => {
  const path = target(t);
  const release = takeLock(path);
  assert.throws(
    () => takeLock(path),
    (error) =>
      error instanceof EnvironmentError &&
      error.message.includes(`process ${process.pid} on ${hostname()}`) &&
      error.message.includes(`${path}.lock`),
  );
  release();
  assert.ok(!existsSync(`${path}.lock`));
  takeLock(path)();
});

test('takeLock() takes over the lock of a dead process, of a reused number, and one cut short', (t) => {
  const path = target(t);
  for (const holder of [
    { pid: 2 ** 22 + 1, host: hostname(), startTicks: '1' },
    { pid: process.pid, host: hostname(), startTicks: '1' },
  ]) {
    writeFileSync(`${path}.lock`, JSON.stringify(holder));
    takeLock(path)();
  }
  writeFileSync(`${path}.lock`, '{"pid": 1');
  takeLock(path)();
});

test('takeLock() does not take over a lock that its living holder has made and not filled yet', async (t) => {
  const path = target(t);
  writeFileSync(`${path}.lock`, '');
  // Fills the lock while takeLock() holds this thread.
  const holder = JSON.stringify({ pid: 1, host: 'elsewhere', startTicks: '1' });
  const filling = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     parentPort.postMessage('ready');
     require('node:fs').writeFileSync(...workerData);`,
    { eval: true, workerData: [`${path}.lock`, holder] },
  );
  await once(filling, 'message');
  assert.throws(() => takeLock(path), /on elsewhere/);
});

test('takeLock() respects the lock of another host, and names a folder that cannot be written', (t) => {
  const path = target(t);
  writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', startTicks: '1' }));
  assert.throws(() => takeLock(path), /on elsewhere/);
  assert.throws(() => takeLock('/no/such/folder/p.hdf5'), /ENOENT/);
});
