import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { followMetrics } from '../../../src/training/run/followMetrics.js';
import {
  type MetricRecord,
  metricLine,
  metricsFile,
  truncateMetrics,
} from '../../../src/training/run/metricsLog.js';
import { isBeingWritten, lockRun } from '../../../src/training/run/runFolder.js';
import { stepRecord } from '../../figures/sampleRecords.js';

function emptyRun(t: TestContext): string {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-follow-'));
  t.after(() => rmSync(run, { recursive: true }));
  writeFileSync(metricsFile(run), '');
  return run;
}

async function stepsOf(records: AsyncIterable<MetricRecord>): Promise<number[]> {
  const steps: number[] = [];
  for await (const { step } of records) steps.push(step);
  return steps;
}

test('followMetrics() hands on the records of a run as they are written, until nobody writes it', async (t) => {
  const run = emptyRun(t);
  const unlock = lockRun(run);
  assert.equal(isBeingWritten(run), true);
  appendFileSync(metricsFile(run), metricLine(stepRecord(1)));
  const steps: number[] = [];
  const followed = (async () => {
    for await (const { step } of followMetrics(run, { intervalMs: 10 })) steps.push(step);
  })();
  await wait(60);
  assert.deepEqual(steps, [1]);
  // A line that comes in two pieces is one record.
  const line = metricLine(stepRecord(2));
  appendFileSync(metricsFile(run), line.subarray(0, 20));
  await wait(60);
  assert.deepEqual(steps, [1]);
  appendFileSync(metricsFile(run), line.subarray(20));
  await wait(60);
  assert.deepEqual(steps, [1, 2]);
  appendFileSync(metricsFile(run), metricLine(stepRecord(3)));
  unlock();
  await followed;
  assert.deepEqual(steps, [1, 2, 3]);
  assert.equal(isBeingWritten(run), false);
});

test('followMetrics() of a run that has ended gives all of it; a last line that was cut is no record', async (t) => {
  const run = emptyRun(t);
  const lines = Array.from({ length: 3000 }, (_, i) => metricLine(stepRecord(i + 1)));
  writeFileSync(metricsFile(run), Buffer.concat([...lines, Buffer.from('{"kind":"st')]));
  const steps = await stepsOf(followMetrics(run));
  assert.deepEqual([steps.length, steps.at(-1)], [3000, 3000]);
});

test('followMetrics() sees a resume that drops records, and hands on once what is computed again', async (t) => {
  const run = emptyRun(t);
  const unlock = lockRun(run);
  const lines = (steps: readonly number[], loss: number): Buffer =>
    Buffer.concat(steps.map((step) => metricLine({ ...stepRecord(step), loss })));
  for (const regrown of [
    [3],
    [3, 4, 5, 6, 7], // longer than before when it is looked at again
  ]) {
    writeFileSync(metricsFile(run), lines([1, 2, 3, 4, 5], 0.123456789));
    const steps: number[] = [];
    const controller = new AbortController();
    const followed = (async () => {
      for await (const { step } of followMetrics(run, { intervalMs: 20, signal: controller.signal }))
        steps.push(step);
    })();
    await wait(80);
    assert.deepEqual(steps, [1, 2, 3, 4, 5]);
    truncateMetrics(run, { epoch: 0, step: 2, validated: 0 });
    appendFileSync(metricsFile(run), lines(regrown, 0.5));
    await wait(80);
    for (let step = regrown.at(-1)! + 1; step <= 8; step++)
      appendFileSync(metricsFile(run), lines([step], 0.25));
    await wait(80);
    controller.abort();
    await followed;
    assert.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8]);
  }
  unlock();
});

test('followMetrics() ends with its signal, while the run goes on', async (t) => {
  const run = emptyRun(t);
  const unlock = lockRun(run);
  t.after(unlock);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  assert.deepEqual(await stepsOf(followMetrics(run, { signal: controller.signal })), []);
});

test('followMetrics() names a folder that is no run, and the line that is no record', async (t) => {
  const run = emptyRun(t);
  await assert.rejects(
    stepsOf(followMetrics(join(run, 'none'))),
    /none.metrics\.jsonl: expected the metrics/,
  );
  appendFileSync(metricsFile(run), Buffer.concat([metricLine(stepRecord(1)), Buffer.from('damaged\n')]));
  await assert.rejects(stepsOf(followMetrics(run)), /metrics\.jsonl:2: expected a JSON record|line 2/);
});
