import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { recordUse, withRecordedUse } from '../../../src/gpu/live/recordUse.js';
import { openUseMeter } from '../../../src/gpu/live/useMeter.js';
import { readGpuLog } from '../../../src/gpu/logs/readGpuLog.js';
import { summariseGpuLog } from '../../../src/gpu/summary.js';
import type { TrainRecord } from '../../../src/training/run/trainRecords.js';
import { fakeNvidiaSmi } from '../fakeDriver.js';

function folderOf(t: { after: (end: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-record-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function* run(folder: string, steps: number): AsyncGenerator<TrainRecord> {
  yield { kind: 'start', run: folder } as TrainRecord;
  for (let step = 1; step <= steps; step++) {
    await wait(20);
    const ms = { wait: 15, copy: 1, compute: 40, reduce: 2, update: 2 };
    yield { kind: 'step', step, waitShare: 0.25, ms } as TrainRecord;
  }
}

test('withRecordedUse() hands on every record and writes RUN/gpu.jsonl, which summary reads: steps, waiting, memory', async (t) => {
  const folder = folderOf(t);
  const kinds: string[] = [];
  for await (const { kind } of withRecordedUse(run(folder, 30), { when: 'always', intervalMs: 50 }))
    kinds.push(kind);
  assert.deepEqual([kinds.length, kinds[0]], [31, 'start']);
  const log = await readGpuLog(join(folder, 'gpu.jsonl'));
  assert.deepEqual(log.ignoredLines, []);
  assert.ok(log.samples.length >= 5, String(log.samples.length));
  const { hosts, findings } = summariseGpuLog(log);
  const [host] = hosts;
  assert.ok(host!.lastStep! > 20 && host!.peakProcessMemoryMiB! > 20 && host!.meanCpuPercent! >= 0);
  // Weighed by times that are no whole milliseconds, a mean of equal values is off by a bit in half of all runs.
  assert.ok(Math.abs(host!.meanStepMilliseconds! - 60) < 1e-9, String(host!.meanStepMilliseconds));
  assert.ok(Math.abs(host!.waitShare! - 0.25) < 1e-12, String(host!.waitShare));
  assert.ok(findings.some(({ rule }) => rule === 'runWaits'));
});

test('withRecordedUse() records where a GPU is, and there alone; it ends with a run that is left or fails', async (t) => {
  const folder = folderOf(t);
  const meter = await openUseMeter({ intervalMs: 1000 });
  meter.close();
  for await (const _ of withRecordedUse(run(folder, 2)));
  assert.equal(existsSync(join(folder, 'gpu.jsonl')), meter.source !== null);

  const other = folderOf(t);
  for await (const record of withRecordedUse(run(other, 100), { when: 'always', intervalMs: 20 }))
    if (record.kind === 'step') break;
  const { length } = (await readGpuLog(join(other, 'gpu.jsonl'))).samples;
  await wait(100);
  assert.equal((await readGpuLog(join(other, 'gpu.jsonl'))).samples.length, length, 'no sample after it');
});

test('withRecordedUse() lets a run go on whose recording cannot be written, and says so', async (t) => {
  const said: string[] = [];
  let records = 0;
  const options = {
    when: 'always',
    out: '/proc/none/gpu.jsonl',
    onTrouble: (text: string) => said.push(text),
  } as const;
  for await (const _ of withRecordedUse(run(folderOf(t), 3), options)) records++;
  assert.equal(records, 4);
  assert.match(said.join(), /none/);
  const full: string[] = [];
  const disk = { ...options, out: '/dev/full', onTrouble: (text: string) => full.push(text) };
  if (existsSync('/dev/full')) {
    for await (const _ of withRecordedUse(run(folderOf(t), 3), disk)) records++;
    assert.match(full.join(), /the recording has ended: \/dev\/full cannot be written/);
  }
});

test('recordUse() takes nvidia-smi where NVML is not', async (t) => {
  const says = fakeNvidiaSmi(t);
  says('0, GPU-a, Tesla T4, 51, 1000, 15360, 40, 70.50');
  const out = join(folderOf(t), 'log.jsonl');
  const recording = await recordUse({ out, intervalMs: 50 });
  await wait(1500);
  recording.stop();
  recording.stop();
  if (recording.source === 'NVML') return t.skip('this machine has NVML');
  assert.equal(recording.source, 'nvidia-smi');
  const { devices } = summariseGpuLog(await readGpuLog(out));
  assert.deepEqual(
    devices.map(({ uuid, meanPercent, peakMemoryMiB }) => [uuid, meanPercent, peakMemoryMiB]),
    [['GPU-a', 51, 1000]],
  );
});
