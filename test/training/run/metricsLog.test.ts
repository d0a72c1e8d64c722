import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EnvironmentError, InputError } from '../../../src/errors.js';
import {
  type MetricRecord,
  metricLine,
  metricsFile,
  metricsOf,
  readMetrics,
  type StepRecord,
  truncateMetrics,
} from '../../../src/training/run/metricsLog.js';

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

const appendMetric = (run: string, record: MetricRecord): void =>
  appendFileSync(metricsFile(run), metricLine(record));

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
  truncateMetrics(run, { epoch: 0, step: 2, validated: 0 });
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

test('a line that is JSON and no record is named like any other, or handed on where somebody counts them', (t) => {
  const run = scratch(t);
  const infinite = '{"kind":"step","epoch":1,"step":1,"loss":1e400}';
  const others = ['null', '7', '[]', '{"kind":"step"}', '{"kind":"other","epoch":1,"step":1}', infinite];
  for (const line of others) {
    rmSync(metricsFile(run), { force: true });
    appendMetric(run, step(1));
    appendFileSync(metricsFile(run), `${line}\n`);
    appendMetric(run, step(2));
    assert.throws(() => readMetrics(run), /metrics\.jsonl:2: expected a JSON record/);
    const damaged: InputError[] = [];
    assert.equal([...metricsOf(run, (error) => damaged.push(error))].length, 2);
    assert.deepEqual(
      damaged.map((error) => error.line),
      [2],
    );
  }
});

test('metricLine() names a checkpoint from the folder of its run', (t) => {
  const run = scratch(t);
  const record = { kind: 'epoch', epoch: 1, step: 1, checkpoint: join(run, 'checkpoints', 'epoch-0001') };
  appendMetric(run, record as MetricRecord);
  assert.match(readFileSync(metricsFile(run), 'utf8'), /"checkpoint":"checkpoints\/epoch-0001"/);
  assert.deepEqual(readMetrics(run), [record], 'read again it lies in its run');
});

test('truncateMetrics() keeps the steps of a checkpoint inside an epoch, not a validation that comes again', (t) => {
  const run = scratch(t);
  const other = (kind: 'validation' | 'epoch', epoch: number, n: number) =>
    ({
      ...{ kind, epoch, step: n },
      ...(kind === 'epoch' ? { checkpoint: join(run, 'checkpoints', `epoch-000${epoch}`) } : {}),
    }) as MetricRecord;
  const inEpoch2 = (n: number): StepRecord => ({ ...step(n), epoch: 2 });
  const all = [step(1), other('validation', 1, 1), other('epoch', 1, 1), inEpoch2(2), inEpoch2(3)];
  for (const record of [...all, other('validation', 2, 3)]) appendMetric(run, record);
  truncateMetrics(run, { epoch: 1, step: 3, validated: 0 });
  assert.deepEqual(readMetrics(run), all);
  appendMetric(run, other('validation', 2, 3));
  truncateMetrics(run, { epoch: 1, step: 3, validated: 3 });
  assert.equal(readMetrics(run).length, all.length + 1, 'its scores are kept');
  truncateMetrics(run, { epoch: 1, step: 1, validated: 0 });
  assert.deepEqual(readMetrics(run), all.slice(0, 3));
  truncateMetrics(run, { epoch: 0, step: 1, validated: 0 });
  assert.deepEqual(readMetrics(run), all.slice(0, 1));
  appendFileSync(metricsFile(run), 'oops\n');
  assert.throws(
    () => truncateMetrics(run, { epoch: 0, step: 0, validated: 0 }),
    (error) => error instanceof InputError && error.line === 2,
  );
});

test('truncateMetrics() and metricsOf() take a file larger than a text may be', (t) => {
  const run = scratch(t);
  appendMetric(run, step(1));
  const { size } = statSync(metricsFile(run));
  const block = readFileSync(metricsFile(run), 'utf8').repeat(20_000);
  for (let bytes = size; bytes < 540e6; bytes += block.length) appendFileSync(metricsFile(run), block);
  const { size: large } = statSync(metricsFile(run));
  appendMetric(run, step(2));
  truncateMetrics(run, { epoch: 0, step: 1, validated: 0 });
  assert.equal(statSync(metricsFile(run)).size, large);
  let first: MetricRecord | undefined;
  for (const record of metricsOf(run)) {
    first = record;
    break;
  }
  assert.deepEqual(first, step(1));
  truncateSync(metricsFile(run), size);
});

test('truncateMetrics() that cannot write names the file', (t) => {
  const run = scratch(t);
  mkdirSync(metricsFile(run));
  const names = (error: unknown): boolean =>
    error instanceof EnvironmentError && /metrics\.jsonl cannot be written \(EISDIR/.test(error.message);
  assert.throws(() => truncateMetrics(run, { epoch: 0, step: 0, validated: 0 }), names);
});
