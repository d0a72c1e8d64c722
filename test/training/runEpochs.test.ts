import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BALANCED } from '../../src/config/samplingSettings.js';
import { EnvironmentError, InputError, InterruptedError } from '../../src/errors.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { linkTarget } from '../../src/training/run/checkpoint.js';
import { loadLinked } from '../../src/training/run/loadCheckpoint.js';
import { metricsFile, readMetrics } from '../../src/training/run/metricsLog.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import type { TrainRecord } from '../../src/training/run/trainRecords.js';
import { train } from '../../src/training/train.js';
import { allRecords, computed, trainFixture } from './trainFixture.js';

/** Mines after each epoch, so that there is something to interrupt. */
const MINING = { sampling: { ...BALANCED, hardNegatives: 0.5, hardCandidates: 12 } };

/** Trains until a record, then aborts. */
async function abortedAt(config: TrainConfig, isIt: (record: TrainRecord) => boolean): Promise<void> {
  const controller = new AbortController();
  await assert.rejects(async () => {
    for await (const record of train(config, { signal: controller.signal }))
      if (isIt(record)) controller.abort();
  }, InterruptedError);
}

for (const [where, isIt] of [
  [
    'after the last step of an epoch, before its validation',
    ({ kind, step }) => kind === 'step' && step === 3,
  ],
  ['while hard negatives are mined', ({ kind, epoch }) => kind === 'validation' && epoch === 1],
] as [string, (record: Record<string, unknown>) => boolean][])
  test(`train() that is stopped ${where} leaves a checkpoint of the step; a resume gives the same bits`, async (t) => {
    const config = { ...(await trainFixture(t)), ...MINING };
    const whole = await allRecords(train(config));
    const cut = { ...config, run: `${config.run}-cut` };
    await abortedAt(cut, isIt as unknown as (record: TrainRecord) => boolean);
    assert.equal(linkTarget(cut.run, 'last'), 'epoch-0000-step-000003');
    const resumed = await allRecords(train(cut, { resume: true }));
    assert.equal(resumed[0]?.kind === 'start' && resumed[0].stepsDone, 3);
    assert.deepEqual(computed(readMetrics(cut.run)), computed(whole));
    assert.equal(linkTarget(cut.run, 'best'), linkTarget(config.run, 'best'));
  });

test('train() whose validation cannot read has kept the epoch; a resume with the file mended gives the same bits', async (t) => {
  const config = await trainFixture(t);
  const whole = await allRecords(train(config));
  const bytes = readFileSync(config.data);
  const cut = { ...config, run: `${config.run}-cut` };
  await assert.rejects(async () => {
    for await (const record of train(cut))
      if (record.kind === 'step' && record.step === 6) truncateSync(config.data, 4096);
  });
  assert.equal(linkTarget(cut.run, 'last'), 'epoch-0001-step-000006');
  writeFileSync(config.data, bytes);
  const resumed = await allRecords(train(cut, { resume: true }));
  assert.equal(resumed[0]?.kind === 'start' && resumed[0].stepsDone, 6);
  assert.deepEqual(computed(readMetrics(cut.run)), computed(whole));
});

test('train() that is killed in a validation goes on from the steps before it, and has their checkpoint once', async (t) => {
  const config = await trainFixture(t);
  const whole = await allRecords(train(config));
  const cut = { ...config, run: `${config.run}-cut` };
  // As a kill would: the scores are there, and not kept yet.
  for await (const record of train(cut)) if (record.kind === 'validation') break;
  assert.equal(linkTarget(cut.run, 'last'), 'epoch-0000-step-000003');
  await allRecords(train(cut, { resume: true }));
  assert.deepEqual(computed(readMetrics(cut.run)), computed(whole));
  assert.deepEqual(
    readdirSync(join(cut.run, 'checkpoints')).sort(),
    readdirSync(join(config.run, 'checkpoints')).sort(),
  );
});

test('train() with VALIDATE_STEPS scores inside epochs, learns the same, and keeps the best of all; a resume from anywhere gives the same bits', async (t) => {
  // So long a step that the first validation, inside an epoch, stays the best.
  const fixture = await trainFixture(t);
  const config = {
    ...{ ...fixture, ...MINING },
    ...{ validateSteps: 2, epochs: 3, learningRate: 1, emaDecay: 0 },
    learningRatePlan: { ...fixture.learningRatePlan, decay: 'constant' as const },
  };
  const whole = await allRecords(train(config));
  const validations = whole.flatMap((record) => (record.kind === 'validation' ? [record] : []));
  assert.deepEqual(
    validations.map(({ epoch, step }) => [epoch, step]),
    [
      [1, 2],
      [1, 3],
      [2, 4],
      [2, 6],
      [3, 8],
      [3, 9],
    ],
  );
  const plain = { ...config, validateSteps: 0, run: `${config.run}-plain` };
  const steps = (records: readonly TrainRecord[]) => computed(records).filter(([kind]) => kind === 'step');
  assert.deepEqual(steps(whole), steps(await allRecords(train(plain))));
  const best = validations.toSorted((a, b) => a.loss - b.loss)[0]!;
  assert.equal(linkTarget(config.run, 'best'), 'epoch-0000-step-000002');
  const { meta } = await loadLinked(config.run, 'best');
  assert.deepEqual([meta.step, meta.best?.step, meta.best?.valLoss], [best.step, best.step, best.loss]);
  const { epoch, threshold } = await evaluate({ run: config.run, checkpoint: 'best' });
  assert.deepEqual([epoch, threshold], [best.epoch, best.threshold]);
  for (const [kind, at] of [
    ['step', 2],
    ['validation', 2],
    ['validation', 3],
    ['step', 5],
    ['step', 8],
    ['validation', 8],
  ] as const) {
    const cut = { ...config, checkpointSteps: 1, run: `${config.run}-cut-${at}-${kind}` };
    for await (const record of train(cut))
      if (record.kind === kind && 'step' in record && record.step === at) break;
    await allRecords(train(cut, { resume: true }));
    const title = `after ${kind} ${at}`;
    assert.deepEqual(computed(readMetrics(cut.run)), computed(whole), title);
    assert.equal(linkTarget(cut.run, 'best'), linkTarget(config.run, 'best'), title);
  }
});

test('train() leaves checkpoints inside an epoch; a resume from one gives the same bits', async (t) => {
  const config = await trainFixture(t);
  const whole = await allRecords(train(config));
  const cut = { ...config, run: `${config.run}-cut`, checkpointSteps: 1 };
  // As a kill would: nothing is asked to stop.
  for await (const record of train(cut)) if (record.kind === 'step' && record.step === 5) break;
  assert.match(linkTarget(cut.run, 'last')!, /^epoch-0001-step-00000[45]$/);
  await allRecords(train(cut, { resume: true }));
  assert.deepEqual(computed(readMetrics(cut.run)), computed(whole));
});

test('train() on a run that was killed before its first checkpoint begins again, with the same bits', async (t) => {
  const config = await trainFixture(t);
  const whole = await allRecords(train(config));
  const cut = { ...config, run: `${config.run}-cut` };
  for await (const record of train(cut)) if (record.kind === 'step' && record.step === 2) break;
  assert.equal(linkTarget(cut.run, 'last'), undefined);
  await assert.rejects(allRecords(train(cut)), /expected a new folder for the run.*--resume/);
  const [start] = await allRecords(train(cut, { resume: true }));
  assert.ok(start?.kind === 'start' && start.stepsDone === 0);
  assert.match(start.warnings.join(), /no checkpoint yet: it begins again/);
  assert.deepEqual(computed(readMetrics(cut.run)), computed(whole));
});

test('train() goes on from the checkpoint before a damaged last one, says so, and repairs the run', async (t) => {
  const config = await trainFixture(t);
  const whole = await allRecords(train(config));
  truncateSync(join(config.run, 'last', 'optimizer.safetensors'), 0);
  const [start] = await allRecords(train(config, { resume: true }));
  assert.ok(start?.kind === 'start' && start.stepsDone === 3);
  assert.match(start.warnings.join(), /epoch-0002 is damaged \(.*found 0\): going on from epoch-0001/);
  assert.deepEqual(computed(readMetrics(config.run)), computed(whole));
  assert.deepEqual((await allRecords(train(config, { resume: true }))).length, 2, 'start and end');
});

test('train() refuses a run that another one is training, and leaves it alone', async (t) => {
  const config = { ...(await trainFixture(t)), checkpointSteps: 1 };
  const records: TrainRecord[] = [];
  for await (const record of train(config)) {
    records.push(record);
    if (record.kind === 'step' && record.step === 4)
      await assert.rejects(
        allRecords(train(config, { resume: true })),
        (error) => error instanceof EnvironmentError && /is being written by process/.test(error.message),
      );
  }
  assert.deepEqual(computed(readMetrics(config.run)), computed(records));
});

test('train() refuses to go on with other settings or data, before anything is changed', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  await allRecords(train(config));
  const before = readdirSync(config.run).map((name) => [name, linkTarget(config.run, 'last')]);
  const refuses = (more: Partial<TrainConfig>, reason: RegExp) =>
    assert.rejects(
      allRecords(train({ ...config, epochs: 3, ...more }, { resume: true })),
      (error) => error instanceof InputError && reason.test(error.message),
    );
  await refuses({ seed: 5 }, /expected the settings of its checkpoint, received seed 5, not 16/);
  await refuses({ learningRate: 1 }, /learningRate 1, not 0\.002/);
  const other = await trainFixture(t);
  const patches = await openPatchFile(other.data);
  const rows = Array.from({ length: 24 }, (_, row) => row + 12);
  const labels = patches.labels();
  const voxels = rows.map(() => new Int16Array(patches.voxelsPerRow));
  for (const [at, row] of rows.entries()) await patches.readRows([row], voxels[at]!);
  const findings = patches.findings(rows);
  const { format } = patches;
  patches.close();
  const fewer = other.data.replace('16x16x16', 'fewer');
  const pick = (column: ArrayLike<number>) => rows.map((row) => column[row]!);
  await writePatchFile(
    fewer,
    format,
    { program: 'test', settings: {}, scans: {} },
    {
      classes: pick(labels.classes),
      notrain: pick(labels.notrain),
      notrainReason: pick(labels.notrainReason),
      subsets: pick(labels.subsets),
      centerWorldMm: findings.map(({ centerWorldMm }) => centerWorldMm),
      seriesUid: findings.map(({ seriesUid }) => seriesUid),
    },
    voxels,
  );
  await refuses({ data: fewer }, /fewer-patch\.hdf5: .*24 rows where there were 48/);
  assert.deepEqual(
    readdirSync(config.run).map((name) => [name, linkTarget(config.run, 'last')]),
    before,
  );
  // The same rows at another place are the same data.
  const [start] = await allRecords(train({ ...config, epochs: 2, data: other.data }, { resume: true }));
  assert.equal(start?.kind === 'start' && start.stepsDone, 3);
});

test('train() whose metrics cannot be written names the file, and leaves a checkpoint of the step', async (t) => {
  const config = await trainFixture(t);
  await assert.rejects(
    async () => {
      for await (const record of train(config))
        if (record.kind === 'step' && record.step === 4) {
          rmSync(metricsFile(config.run));
          mkdirSync(metricsFile(config.run));
        }
    },
    (error) =>
      error instanceof EnvironmentError &&
      /metrics\.jsonl cannot be written \(EISDIR.*then go on with --resume/.test(error.message),
  );
  // Training goes on while a record is written: that it could not be is known after the step, or the next one.
  assert.match(linkTarget(config.run, 'last')!, /^epoch-0001-step-00000[56]$/);
});

test('a run that begins again with other data remembers the series of those', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  for await (const record of train(config)) if (record.kind === 'step') break;
  const before = readFileSync(join(config.run, 'split.json'), 'utf8');
  const other = await trainFixture(t, undefined, [12, 12, 12, 12, 12]);
  await allRecords(train({ ...config, data: other.data }, { resume: true }));
  const split = JSON.parse(readFileSync(join(config.run, 'split.json'), 'utf8'));
  assert.notEqual(JSON.stringify(split), JSON.stringify(JSON.parse(before)));
  assert.deepEqual(split.training, ['scan0', 'scan1', 'scan4']);
});

test('evaluate() knows the rows that training saw by their series, whatever the file is called', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  await allRecords(train(config));
  const copy = config.data.replace('16x16x16', 'copy');
  copyFileSync(config.data, copy);
  const seen = async (holdout: number, data?: string) =>
    (
      await evaluate({
        run: config.run,
        checkpoint: 'last',
        holdout,
        ...(data === undefined ? {} : { data }),
      })
    ).seenInTraining;
  assert.deepEqual([await seen(0), await seen(0, copy), await seen(2, copy)], [true, true, false]);
  // Runs of earlier versions do not say which series they saw.
  rmSync(join(config.run, 'split.json'));
  assert.deepEqual([await seen(0, copy), await seen(2, copy)], [true, false]);
  writeFileSync(join(config.run, 'split.json'), 'null');
  await assert.rejects(seen(2), InputError);
});
