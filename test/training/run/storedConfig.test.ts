import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAugment, SYMMETRIES } from '../../../src/config/augmentPlan.js';
import { CROSS_ENTROPY } from '../../../src/config/lossSettings.js';
import { BALANCED } from '../../../src/config/samplingSettings.js';
import { readTrainingSettings } from '../../../src/config/trainingSettings.js';
import { InputError } from '../../../src/errors.js';
import { JsonPlace } from '../../../src/jsonPlace.js';
import { configDifferences, storedConfig } from '../../../src/training/run/storedConfig.js';
import type { TrainConfig } from '../../../src/training/run/trainConfig.js';

const config: TrainConfig = {
  ...readTrainingSettings(),
  data: '/data/32x32x32-patch.hdf5',
  run: '/runs/1',
  filters: 64,
  threads: 0,
};
/** As it comes back from a file. */
const stored = (value: unknown): TrainConfig =>
  storedConfig(new JsonPlace('config.json', JSON.parse(JSON.stringify(value))));

test('storedConfig() gives back what was stored: the defaults, and every setting that is not one', () => {
  assert.deepEqual(stored(config), config);
  const other: TrainConfig = {
    ...config,
    holdout: [5, 6],
    cuts: ['s2b1', 's3b1'],
    augment: parseAugment('flips, shift:2, scale:0.9-1.1, gamma:0.8-1.25, noise:0.5'),
    windowHu: { low: -780.5, high: -600, clip: false },
    sampling: { ...BALANCED, kind: 'weighted', hardNegatives: 0.5 },
    learningRate: 1e-7,
    loss: { kind: 'focal', focalGamma: 1.5, focalAlpha: 0.25, classWeights: [1, 4] },
    precision: 'auto',
    classNames: ['benign', 'nodule'],
  };
  assert.deepEqual(stored(other), other);
  assert.deepEqual(stored({ ...config, augment: {} }).augment, {});
});

test('storedConfig() completes runs of versions that had a yes or no for augmentation and lacked later keys', () => {
  const {
    folds,
    crop,
    readers,
    sampling,
    checkpointMinutes,
    checkpointSteps,
    emaWarmUp,
    loss,
    validateSteps,
    classNames,
    ...early
  } = config;
  assert.deepEqual(stored({ ...early, augment: true }), {
    ...early,
    ...{ augment: SYMMETRIES, folds: 0, crop: 0, readers: 0, sampling: BALANCED },
    ...{
      checkpointMinutes: 0,
      checkpointSteps: 0,
      emaWarmUp: false,
      loss: CROSS_ENTROPY,
      validateSteps: 0,
      classNames: ['others', 'nodules'],
    },
  });
  assert.deepEqual(stored({ ...early, augment: false }).augment, {});
});

test('storedConfig() names file and key of a value of another type or range, of a missing and of an unknown key', () => {
  for (const [change, reason] of [
    [{ seed: 'abc' }, /config\.json: seed: expected a whole number of at least 0, received "abc"/],
    [{ seed: '16' }, /seed: .*received "16"/],
    [{ seed: null }, /seed: .*received null/],
    [{ seed: undefined }, /seed: .*received nothing/],
    [{ batchSize: 0 }, /batchSize: expected a whole number from 2 to 65536, received 0/],
    [{ learningRate: -1 }, /learningRate: expected a number from 0 to 10/],
    [{ strategy: 'magic' }, /strategy: expected one of single, data/],
    [{ syncBatchNorm: 'yes' }, /syncBatchNorm: expected true or false/],
    [{ cuts: 's2b1' }, /cuts: expected a list of texts/],
    [{ holdout: [5, 5] }, /holdout: expected a subset/],
    [{ augment: { fly: true } }, /augment: expected operations as of AUGMENT/],
    [{ augment: { shift: 1000 } }, /augment: /],
    [{ sampling: { ...BALANCED, hardPool: 7 } }, /sampling\.hardPool: expected a number from 0.0001 to 1/],
    [{ sampling: null }, /sampling: expected an object, received null/],
    [{ optimizer: { name: 'adam' } }, /optimizer\.momentum: .*received nothing/],
    [{ tomorrow: 1 }, /tomorrow: expected no such key; was it written by a later version/],
    [{ run: 7 }, /run: expected a text, received 7/],
    [{ moreWindows: [null] }, /moreWindows: expected a list of at most two windows/],
  ] as const)
    assert.throws(
      () => stored({ ...config, ...change }),
      (error) => error instanceof InputError && reason.test(error.message),
      String(reason),
    );
  for (const value of [null, 7, [], 'x']) assert.throws(() => stored(value), /expected an object/);
});

test('configDifferences() names what decides a result; where the work is done, and how long, may change', () => {
  assert.deepEqual(configDifferences({ ...config, epochs: 99, devices: 4, run: '/moved' }, config), []);
  assert.deepEqual(configDifferences({ ...config, seed: 17, l2: 0 }, config), [
    'l2 0, not 0.0001',
    'seed 17, not 16',
  ]);
});
