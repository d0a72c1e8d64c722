import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { awaitReadable, awaitReadableBelow } from '../src/awaitReadable.js';

// What does not answer: test/program/hangingFiles.test.ts.

test('awaitReadable() and awaitReadableBelow() leave to the reader what is missing, no file, or goes in a circle', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-readable-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  mkdirSync(at('below'));
  writeFileSync(at('below/file'), 'a');
  writeFileSync(at('empty'), '');
  symlinkSync('..', at('below/circle'));
  symlinkSync(at('nowhere'), at('below/lost'));
  symlinkSync(at('loop'), at('loop'));
  const process = globalThis.process.getActiveResourcesInfo().length;
  for (const path of ['below', 'below/file', 'empty', 'none', 'loop', '.', '/dev/null', '/dev/zero'])
    for (const ready of [awaitReadable, awaitReadableBelow])
      assert.equal(await ready(path.startsWith('/') ? path : at(path)), undefined, path);
  // From Node 22 on a call that has been answered is listed for a moment.
  const isOver = (): boolean => globalThis.process.getActiveResourcesInfo().length <= process;
  for (let tries = 0; !isOver() && tries < 100; tries++) await wait(20);
  assert.ok(isOver(), 'nothing stays open');
});
