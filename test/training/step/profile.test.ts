import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Profile, profileFile } from '../../../src/training/step/profile.js';

test('Profile: five steps after the first two, a row for each device, bars that follow each other', (t) => {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-profile-'));
  t.after(() => rmSync(run, { recursive: true }));
  const profile = new Profile(run, 1, 10);
  const pass = (name: string, device: string, stage: number, fromMs: number, toMs: number) => ({
    ...{ name, device, stage, replica: 0, fromMs, toMs },
  });
  const times = {
    ...{ copyMs: 1, computeMs: 20, reduceMs: 3, updateMs: 2 },
    passes: [pass('forward 0', 'CPU:0', 0, 1, 9), pass('backward 0', 'CPU:1', 1, 9, 19)],
  };
  for (let step = 11; step <= 20; step++) {
    assert.equal(profile.wants(step), step < 18);
    profile.add({ step, began: 100 * step, wait: 4, took: 31, times });
    assert.equal(existsSync(profileFile(run, 1)), step >= 17);
  }
  const { traceEvents } = JSON.parse(readFileSync(profileFile(run, 1), 'utf8')) as {
    traceEvents: {
      name: string;
      ph: string;
      pid: number;
      tid: number;
      ts: number;
      dur: number;
      args: { name?: string; step: number };
    }[];
  };
  const rows = traceEvents.filter(({ ph }) => ph === 'M').map(({ args }) => args.name);
  assert.deepEqual(rows, ['process', 'CPU:0', 'CPU:1']);
  const first = traceEvents.filter(({ ph, args }) => ph === 'X' && args.step === 13);
  assert.deepEqual(
    first.map(({ name, tid, ts, dur }) => [name, tid, ts, dur]),
    [
      ['wait for data', 0, 0, 4000],
      ['copy', 0, 4000, 2000],
      ['compute', 0, 6000, 20_000],
      ['reduce', 0, 26_000, 3000],
      ['update', 0, 29_000, 2000],
      ['forward 0', 1, 7000, 8000],
      ['backward 0', 2, 15_000, 10_000],
    ],
  );
  assert.equal(traceEvents.filter(({ name }) => name === 'compute').length, 5);
  assert.ok(traceEvents.every(({ pid }) => pid === 1));
});
