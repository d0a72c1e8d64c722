import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYMMETRIES } from '../../src/config/augmentPlan.js';
import { BALANCED } from '../../src/config/samplingSettings.js';
import { completeConfig } from '../../src/training/completeConfig.js';
import type { TrainConfig } from '../../src/training/trainConfig.js';

test('completeConfig() reads runs of versions that had a yes or no for augmentation and no samplings', () => {
  const old = (augment: boolean): TrainConfig => completeConfig({ augment } as unknown as TrainConfig);
  assert.deepEqual(old(true), { augment: SYMMETRIES, folds: 0, crop: 0, readers: 0, sampling: BALANCED });
  assert.deepEqual(old(false).augment, {});
});

test('completeConfig() leaves a complete one as it is', () => {
  const config = {
    augment: { noise: 5 },
    folds: 4,
    crop: 32,
    readers: 3,
    sampling: { ...BALANCED, hardNegatives: 0.5 },
  };
  assert.deepEqual(completeConfig(config as unknown as TrainConfig), config);
});
