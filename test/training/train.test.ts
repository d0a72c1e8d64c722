import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, realpathSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { parseAugment } from '../../src/config/augmentPlan.js';
import { BALANCED } from '../../src/config/samplingSettings.js';
import type { Precision } from '../../src/config/trainingSettings.js';
import { EngineError, InputError, InterruptedError } from '../../src/errors.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { readCheckpointMeta } from '../../src/training/run/checkpointMeta.js';
import { readHardNegatives } from '../../src/training/run/loadCheckpoint.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import { train } from '../../src/training/train.js';
import { allRecords, computed, trainFixture } from './trainFixture.js';

test('train() yields start, steps, validations, epochs and end, and keeps metrics and linked checkpoints', async (t) => {
  const config = await trainFixture(t);
  const records = await allRecords(train(config));
  const [first, ...rest] = records;
  assert.equal(first?.kind, 'start');
  const { memory, ...start } = first;
  assert.deepEqual(
    memory.map(({ device }) => device),
    start.devices.flat(),
  );
  assert.deepEqual(start, {
    kind: 'start',
    run: config.run,
    positives: 6,
    negatives: 17,
    classNames: ['others', 'nodules'],
    validation: 12,
    heldOut: 12,
    parts: '2 scans train, 1 (subset 3) choose the best network, 1 (subset 2) are held out',
    network: 'cnn3d with 4 filters',
    loss: 'cross-entropy',
    stepsPerEpoch: 3,
    steps: 6,
    stepsDone: 0,
    differences: [],
    warnings: [],
    ranks: 1,
    devices: [[openEngine().context.defaultDevice.name]],
    cuts: [],
    precision: 'float32',
  });
  assert.deepEqual(
    rest.map(({ kind }) => kind),
    [
      ...['step', 'step', 'step', 'validation', 'epoch'],
      ...['step', 'step', 'step', 'validation', 'epoch'],
      'end',
    ],
  );
  assert.deepEqual(readMetrics(config.run), rest.slice(0, -1));
  const end = records.at(-1)!;
  assert.ok(end.kind === 'end');
  const validations = records.flatMap((record) => (record.kind === 'validation' ? [record] : []));
  assert.equal(end.best.valLoss, Math.min(...validations.map(({ loss }) => loss)));
  assert.equal(basename(realpathSync(join(config.run, 'last'))), 'epoch-0002');
  assert.equal(basename(realpathSync(join(config.run, 'best'))), `epoch-000${end.best.epoch}`);
  assert.deepEqual(readdirSync(join(config.run, 'last')).sort(), [
    'meta.json',
    'optimizer.safetensors',
    'weights.safetensors',
  ]);
  assert.deepEqual(JSON.parse(readFileSync(join(config.run, 'config.json'), 'utf8')), config);
});

for (const precision of ['float32', 'float16'] as const)
  test(`train() is the same again, and after a resume, in ${precision}: every loss and score, bit for bit`, (t) =>
    resumesWithSameBits(t, precision));

test('train() with hard negatives, focal loss, class weights and all augmentations is the same after a resume from the middle of an epoch', (t) =>
  resumesWithSameBits(t, 'float32', {
    sampling: { ...BALANCED, kind: 'weighted', positiveShare: 0.3, hardNegatives: 0.5, hardCandidates: 12 },
    augment: parseAugment(
      'flips, shift:1, scale:0.9-1.1, rotate:15, noise:10, intensityShift:20, gamma:0.8-1.25',
    ),
    ...{ network: 'resnet3d-18', crop: 12 },
    loss: { kind: 'focal', focalGamma: 2, focalAlpha: 0.25, classWeights: 'auto' },
  }));

async function resumesWithSameBits(
  t: Parameters<typeof trainFixture>[0],
  precision: Precision,
  more: Partial<TrainConfig> = {},
): Promise<void> {
  const config = { ...(await trainFixture(t)), precision, ...more };
  const whole = await allRecords(train(config));
  const again = { ...config, run: `${config.run}-again` };
  assert.deepEqual(computed(await allRecords(train(again))), computed(whole));

  const cut = { ...config, run: `${config.run}-cut` };
  const controller = new AbortController();
  await assert.rejects(async () => {
    for await (const record of train(cut, { signal: controller.signal }))
      if (record.kind === 'step' && record.step === 5) controller.abort();
  }, InterruptedError);
  const resumed = await allRecords(train(cut, { resume: true }));
  assert.equal(resumed[0]?.kind === 'start' && resumed[0].stepsDone, 5);
  assert.equal(readCheckpointMeta(join(cut.run, 'last')).epoch, 2);
  const inFile = readMetrics(cut.run);
  assert.deepEqual(computed(inFile), computed(whole));
}

test('train() in float16 goes on after a gradient that is not finite: the step is skipped, its scale halved', async (t) => {
  const config = { ...(await trainFixture(t)), precision: 'float16' as const, learningRate: 1e30 };
  const records: [number, number | undefined, boolean | undefined][] = [];
  for await (const record of train(config)) {
    if (record.kind === 'step') records.push([record.step, record.lossScale, record.skipped]);
    if (records.length === 3) break;
  }
  assert.deepEqual(records, [
    [1, 2 ** 15, false],
    [2, 2 ** 15, true],
    [3, 2 ** 14, true],
  ]);
});

test('train() never sees the held-out subset: its voxels do not change the weights', async (t) => {
  const config = await trainFixture(t);
  const seen = new Set<number>();
  const { balancedOrder } = await import('../../src/feed/classOrder.js');
  const { scanLabels } = await import('../../src/feed/rowLabels.js');
  const { splitRows } = await import('../../src/feed/split.js');
  const { openPatchFile } = await import('../../src/store/patchFile.js');
  const patches = await openPatchFile(config.data);
  const order = balancedOrder(
    splitRows(scanLabels(patches), { folds: 0, holdout: 2, validation: 3, seed: 1 }, config.data),
    6,
    config.seed,
  );
  patches.close();
  for (let step = 0; step < 40; step++) for (const row of order.rowsOf(step)) seen.add(row);
  assert.ok([...seen].every((row) => row < 24 && row !== 1));
  assert.equal(seen.size, 23);
});

test('train() stops at a loss that is not finite, says at which step, and keeps the checkpoint before', async (t) => {
  const config = { ...(await trainFixture(t)), learningRate: 1e30, epochs: 3 };
  await assert.rejects(
    allRecords(train(config)),
    (error) =>
      error instanceof EngineError &&
      /the loss is (NaN|Infinity) at step \d+ \(epoch \d+, rows/.test(error.message),
  );
  assert.ok(existsSync(config.run));
});

test('train() refuses a batch larger than the data, a subset without rows, a run that is there, a bad file', async (t) => {
  const config = await trainFixture(t);
  const refuses = (more: Partial<typeof config>, reason: RegExp) =>
    assert.rejects(
      allRecords(train({ ...config, ...more })),
      (error) => error instanceof InputError && reason.test(error.message),
    );
  await refuses(
    { batchSize: 24 },
    /batch larger than the data: expected at most 23 .*received BATCH_SIZE 24/,
  );
  await refuses({ holdout: 7 }, /HOLDOUT 7 .*0, 1, 2/);
  await refuses({ data: 'none.hdf5' }, /none\.hdf5: expected a patch file, found nothing/);
  assert.ok(!existsSync(config.run), 'nothing is made before all is checked');
  await allRecords(train({ ...config, epochs: 1 }));
  await refuses({}, /expected a new folder for the run.*--resume/);
  truncateSync(join(config.run, 'last', 'weights.safetensors'), 5000);
  await assert.rejects(
    allRecords(train(config, { resume: true })),
    /last' that is whole, found none: checkpoint epoch-0001 is damaged .*weights\.safetensors: expected the \d+ bytes that were written, found 5000/,
  );
  await assert.rejects(
    allRecords(train({ ...config, devices: 2 })),
    /one device with strategy single, received 2: take --strategy data/,
  );
  await assert.rejects(
    allRecords(train({ ...config, strategy: 'data', devices: 4 })),
    /batch that can be divided by 4 .*received 6: take another --batch/,
  );
});

test('train() with NORMALISATION = file scales rows as the patch file records it, and keeps that in the run', async (t) => {
  const zscore = { kind: 'zscore', lowHu: -780, highHu: -600 } as const;
  const config = { ...(await trainFixture(t, zscore)), epochs: 1 };
  const windowHu = { low: -780, high: -600, clip: false };
  const ofFile = await allRecords(train({ ...config, normalisation: 'file' }));
  const stored = JSON.parse(readFileSync(join(config.run, 'config.json'), 'utf8'));
  assert.deepEqual(stored.windowHu, windowHu);
  const byHand = await allRecords(train({ ...config, windowHu, run: `${config.run}-by-hand` }));
  assert.deepEqual(computed(ofFile), computed(byHand));
  const clipped = { ...windowHu, clip: true };
  const other = await allRecords(train({ ...config, windowHu: clipped, run: `${config.run}-clipped` }));
  assert.notDeepEqual(computed(other), computed(byHand));
  const without = { ...(await trainFixture(t)), normalisation: 'file' as const };
  await assert.rejects(allRecords(train(without)), /expected a normalisation in the patch file, found none/);
});

test('train() after the first epoch scores training negatives, keeps the hardest, and draws from them', async (t) => {
  const sampling = { ...BALANCED, hardNegatives: 1, hardPool: 0.2, hardCandidates: 10 };
  const config = { ...(await trainFixture(t)), sampling };
  const records = await allRecords(train(config));
  const mined = records.flatMap((record) => (record.kind === 'epoch' ? [record.hardNegatives] : []));
  assert.deepEqual(
    mined.map((times) => [times?.candidates, times?.kept]),
    [
      [10, 2],
      [10, 2],
    ],
  );
  const kept = readHardNegatives(join(config.run, 'last'))!;
  assert.equal(kept.epoch, 2);
  assert.equal(kept.probabilities[1], mined[1]!.lowestProbability);
  const plain = await allRecords(train({ ...config, sampling: BALANCED, run: `${config.run}-plain` }));
  assert.deepEqual(
    computed(records).slice(0, 4),
    computed(plain).slice(0, 4),
    'the first epoch has none yet',
  );
  assert.notDeepEqual(computed(records).slice(4), computed(plain).slice(4));
});

test('train() on every row once an epoch, on folds of scans, with several subsets held out', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  const natural = await allRecords(train({ ...config, sampling: { ...BALANCED, kind: 'natural' } }));
  assert.ok(natural[0]?.kind === 'start');
  assert.equal(natural[0].stepsPerEpoch, 4, '23 rows in batches of 6');
  const folds = { ...config, folds: 4, holdout: 0, validation: 'auto', run: `${config.run}-folds` } as const;
  const [start] = await allRecords(train(folds));
  assert.ok(start?.kind === 'start');
  assert.equal(start.heldOut, 12);
  assert.match(start.parts, /^2 scans train, 1 \(of 4 folds 1\) choose .*, 1 \(of 4 folds 0\) are held out$/);
  const evaluation = await evaluate({ run: folds.run, checkpoint: 'last' });
  assert.deepEqual([evaluation.rows, evaluation.seenInTraining], [12, false]);
  const [several] = await allRecords(train({ ...config, holdout: [1, 2], run: `${config.run}-several` }));
  assert.ok(several?.kind === 'start');
  assert.deepEqual([several.positives, several.negatives, several.heldOut], [3, 8, 24]);
  await assert.rejects(
    allRecords(train({ ...folds, folds: 5 })),
    /expected at least FOLDS 5 series, found 4/,
  );
  await assert.rejects(
    allRecords(train({ ...config, crop: 20, run: `${config.run}-crop` })),
    /Expected CROP/,
  );
});

test('train() that goes on to another last epoch with a cosine says at which rate, and steps at it', async (t) => {
  const given = await trainFixture(t);
  const plan = { ...given.learningRatePlan, decay: 'cosine' } as const;
  const config = { ...given, epochs: 1, learningRatePlan: plan };
  await allRecords(train(config));
  const [start, step] = await allRecords(train({ ...config, epochs: 2 }, { resume: true }));
  assert.ok(start?.kind === 'start' && step?.kind === 'step');
  // Half of 0.002 after 3 of 6 steps.
  assert.match(
    start.warnings.join(),
    /ends after epoch 2 now, not 1: it goes on at 1\.00e-3, where 0\.00e\+0/,
  );
  assert.ok(Math.abs(step.learningRate - 1e-3) < 1e-9);
});
