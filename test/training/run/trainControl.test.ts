import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UsageError } from '../../../src/errors.js';
import { loadLinked } from '../../../src/training/run/loadCheckpoint.js';
import { readMetrics } from '../../../src/training/run/metricsLog.js';
import { ControlState } from '../../../src/training/run/trainControl.js';
import type { TrainRecord } from '../../../src/training/run/trainRecords.js';
import { train } from '../../../src/training/train.js';
import { allRecords, computed, trainFixture } from '../trainFixture.js';

const ratesOf = (records: readonly TrainRecord[]): number[] =>
  records.flatMap((record) => (record.kind === 'step' ? [record.learningRate] : []));

test('onRecord: stop() inside an epoch leaves a scored checkpoint, and a resume gives the bits of a run that went through', async (t) => {
  const config = await trainFixture(t);
  const whole = await allRecords(train(config));
  const stopped = { ...config, run: `${config.run}-stopped` };
  const records = await allRecords(
    train(stopped, {
      onRecord: (record, control) => {
        if (record.kind === 'step' && record.step === 4) control.stop();
      },
    }),
  );
  const end = records.at(-1)!;
  assert.ok(end.kind === 'end' && end.steps === 4 && end.stoppedEarly, JSON.stringify(end));
  assert.deepEqual(records.at(-2)!.kind, 'validation');
  assert.equal((await loadLinked(stopped.run, 'last')).meta.step, 4);
  const rest = computed(await allRecords(train(stopped, { resume: true })));
  assert.deepEqual(rest, computed(whole).slice(-rest.length));
});

test('onRecord: stop() at the end of an epoch ends there', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 5 };
  const records = await allRecords(
    train(config, { onRecord: ({ kind }, control) => (kind === 'epoch' ? control.stop() : undefined) }),
  );
  const end = records.at(-1)!;
  assert.ok(end.kind === 'end' && end.epochs === 1 && end.steps === 3 && end.stoppedEarly);
});

test('onRecord: scaleRate() counts from the next step on, and is kept by checkpoints', async (t) => {
  const config = await trainFixture(t);
  const plain = ratesOf(await allRecords(train(config)));
  const other = { ...config, run: `${config.run}-other`, epochs: 2 };
  const abort = new AbortController();
  const first: TrainRecord[] = [];
  await assert.rejects(async () => {
    const onRecord = (record: TrainRecord, control: { scaleRate(factor: number): void }): void => {
      if (record.kind === 'step' && record.step === 2) control.scaleRate(0.5);
    };
    for await (const record of train(other, { onRecord, signal: abort.signal })) {
      first.push(record);
      if (record.kind === 'step' && record.step === 4) abort.abort();
    }
  }, /interrupted/);
  const rates = [...ratesOf(first), ...ratesOf(await allRecords(train(other, { resume: true })))];
  assert.deepEqual(
    rates,
    plain.map((rate, step) => (step < 2 ? rate : rate / 2)),
  );
});

test('onRecord hears each record before it is yielded, is waited for, and may log elsewhere; what it throws leaves a checkpoint', async (t) => {
  const config = await trainFixture(t);
  const file = join(config.run, '..', 'elsewhere.jsonl');
  const heard: string[] = [];
  const onRecord = async (record: TrainRecord): Promise<void> => {
    await new Promise((done) => setTimeout(done, 2));
    heard.push(record.kind);
    appendFileSync(file, `${JSON.stringify(record)}\n`);
  };
  const yielded: string[] = [];
  for await (const record of train(config, { onRecord })) {
    yielded.push(record.kind);
    assert.deepEqual(heard, yielded);
  }
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines
      .map((line) => JSON.parse(line) as TrainRecord)
      .filter(({ kind }) => kind !== 'start' && kind !== 'end'),
    readMetrics(config.run),
  );
  const failing = { ...config, run: `${config.run}-failing` };
  const full = new Error('the other disk is full');
  await assert.rejects(
    allRecords(
      train(failing, {
        onRecord: (record) => {
          if (record.kind === 'step' && record.step === 2) throw full;
        },
      }),
    ),
    full,
  );
  assert.equal((await loadLinked(failing.run, 'last')).meta.step, 2);
});

test('ControlState refuses what several processes cannot do alike, and a rate that is none', () => {
  const several = new ControlState(1, 2);
  for (const call of [() => several.stop(), () => several.scaleRate(0.5)])
    assert.throws(call, (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /in a callback: expected one process, received 2 that train together; /);
      return true;
    });
  for (const factor of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => new ControlState(1, 1).scaleRate(factor), RangeError);
});
