import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { allAnswer, noteSilence, type SilentPlace, silentPlaceOf } from '../src/silentMounts.js';

// Mounts that do not answer for themselves: test/program/hangingFiles.test.ts.

const LIMIT_MS = 1000;
const PAUSE_MS = 30_000;

test('a file that hangs is refused alone, three condemn a mount that answers, which is asked again after a pause that doubles', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-silent-'));
  t.after(() => rmSync(folder, { recursive: true }));
  let clockMs = 1e6;
  t.mock.method(performance, 'now', () => clockMs);
  const comeBack: (() => void)[] = [];
  const hang = async (name: string): Promise<void> => {
    const call = new Promise<void>((done) => comeBack.push(done));
    await noteSilence(join(folder, name), call, LIMIT_MS);
  };
  const placeOf = async (name: string): Promise<string | undefined> =>
    (await silentPlaceOf(join(folder, name), LIMIT_MS))?.place;

  assert.ok(allAnswer());
  await hang('a');
  assert.ok(!allAnswer());
  assert.equal(await placeOf('a'), join(folder, 'a'));
  assert.equal(await placeOf('other'), undefined);
  await hang('b');
  assert.equal(await placeOf('other'), undefined);
  await hang('c');
  const mount = await placeOf('other');
  assert.ok(mount !== undefined && folder.startsWith(mount), mount);

  // One is let through, to see whether files come back; the next waits twice as long.
  clockMs += PAUSE_MS - 1;
  assert.equal(await placeOf('other'), mount);
  clockMs += 1;
  assert.equal(await placeOf('other'), undefined);
  const { retryInMs, sinceMs } = (await silentPlaceOf(join(folder, 'other'), LIMIT_MS))!;
  assert.deepEqual([sinceMs, retryInMs], [PAUSE_MS, 2 * PAUSE_MS]);

  // An hour at most, however often it was asked.
  for (let asked = 0; asked < 12; asked++) {
    clockMs += 3_600_000;
    assert.equal(await placeOf('other'), undefined);
  }
  assert.equal((await silentPlaceOf(join(folder, 'other'), LIMIT_MS))!.retryInMs, 3_600_000);

  comeBack[1]!();
  await new Promise(setImmediate);
  assert.equal(await placeOf('other'), undefined);
  assert.equal(await placeOf('b'), undefined);
  assert.equal(await placeOf('a'), undefined, 'its own pause is over: it is asked once more');
  for (const back of comeBack) back();
  await new Promise(setImmediate);
  assert.ok(allAnswer());
});

test('a call that comes back while its mount is asked leaves nothing behind', async () => {
  await noteSilence(join(tmpdir(), 'late'), Promise.resolve(), LIMIT_MS);
  const refused = Promise.reject(new Error('an answer, too'));
  refused.catch(() => {});
  await noteSilence(join(tmpdir(), 'late'), refused, LIMIT_MS);
  assert.ok(allAnswer());
});

test('a thread begins with what is silent where it was started, and hears when that comes back', async () => {
  const hangs = join(tmpdir(), 'hangs');
  let comeBack = (): void => {};
  await noteSilence(hangs, new Promise<void>((done) => (comeBack = done)), LIMIT_MS);
  const module = JSON.stringify(new URL('../src/silentMounts.js', import.meta.url).href);
  const program = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', async () => {
      const { allAnswer, silentPlaceOf } = await import(${module});
      parentPort.postMessage(allAnswer() ? undefined : await silentPlaceOf(${JSON.stringify(hangs)}, ${LIMIT_MS}));
    });`;
  const thread = new Worker(program, { eval: true });
  const ask = async () => {
    const answer = once(thread, 'message');
    thread.postMessage('');
    return (await answer)[0] as SilentPlace | undefined;
  };
  try {
    const { place, sinceMs, retryInMs } = (await ask())!;
    assert.equal(place, hangs);
    assert.ok(sinceMs >= 0 && Math.abs(sinceMs + retryInMs - PAUSE_MS) < 1, `${sinceMs} ${retryInMs}`);
    comeBack();
    await new Promise(setImmediate);
    assert.ok(allAnswer());
    assert.equal(await ask(), undefined);
  } finally {
    await thread.terminate();
  }
});
