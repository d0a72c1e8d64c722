import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  appendMetric,
  metricsFile,
  readMetrics,
  type StepRecord,
  truncateMetrics,
} from '../../src/training/metricsLog.js';

const step = (n: number): StepRecord => ({
  kind: 'step',
  epoch: 1,
  step: n,
  loss: 1 / n,
  accuracy: 0.5,
  patchesPerSecond: 10,
  waitShare: 0,
  batchesReady: 1,
  learningRate: 1e-3,
  ms: { wait: 1, copy: 1, compute: 1, reduce: 1, update: 1 },
});

function scratch(t: TestContext): string {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-metrics-'));
  t.after(() => rmSync(run, { recursive: true }));
  return run;
}

test('appendMetric() and readMetrics() keep records in order; a line cut by a kill at the end is left out', (t) => {
  const run = scratch(t);
  for (const n of [1, 2, 3]) appendMetric(run, step(n));
  appendFileSync(metricsFile(run), '{"kind":"step","ep');
  assert.deepEqual(readMetrics(run), [step(1), step(2), step(3)]);
});

test('truncateMetrics() drops the records after a step, also the one cut short', (t) => {
  const run = scratch(t);
  for (const n of [1, 2, 3]) appendMetric(run, step(n));
  appendFileSync(metricsFile(run), '{"kind');
  truncateMetrics(run, 2);
  appendMetric(run, step(9));
  assert.deepEqual(readMetrics(run), [step(1), step(2), step(9)]);
});

test('readMetrics() names the line that is no record, and a run without metrics', (t) => {
  const run = scratch(t);
  assert.throws(() => readMetrics(run), /metrics\.jsonl: expected the metrics of a run/);
  appendMetric(run, step(1));
  appendFileSync(metricsFile(run), 'oops\n');
  appendMetric(run, step(2));
  assert.throws(() => readMetrics(run), /metrics\.jsonl:2: expected a JSON record, received "oops"/);
});
