import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LearningRateSettings } from '../../../src/config/optimizerSettings.js';
import { changedPlan, learningRateFactor } from '../../../src/training/step/learningRate.js';
import { runPython } from '../../python.js';

const PLAIN: LearningRateSettings = {
  decay: 'constant',
  warmUpEpochs: 0,
  stepEpochs: 2,
  stepFactor: 0.1,
  baseBatch: 0,
};
const run = { batchSize: 16, stepsPerEpoch: 10, epochs: 6 };
const factors = (plan: Partial<LearningRateSettings>, more: Partial<typeof run> = {}): number[] => {
  const all = { ...run, ...more };
  const factor = learningRateFactor({ ...PLAIN, ...plan }, all);
  return Array.from({ length: all.epochs * all.stepsPerEpoch }, (_, i) => factor(i + 1));
};

test("learningRateFactor(): cosine and step equal Keras' CosineDecay and PiecewiseConstantDecay", () => {
  const keras = runPython<{ cosine: number[]; warm: number[]; step: number[] }>(
    `import os, sys, json
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras
S = keras.optimizers.schedules
cosine, step = S.CosineDecay(1.0, 60), S.PiecewiseConstantDecay([19, 39], [1.0, 0.1, 0.01])
warm = S.CosineDecay(0.0, 45, warmup_target=1.0, warmup_steps=15)
print(json.dumps({'cosine': [float(cosine(i)) for i in range(60)], 'step': [float(step(i)) for i in range(60)],
  'warm': [float(warm(i)) for i in range(16, 60)]}))`,
    null,
  );
  const close = (ours: number[], theirs: number[]): void => {
    for (const [i, value] of ours.entries())
      assert.ok(Math.abs(value - theirs[i]!) < 1e-6, `step ${i}: ${value} ${theirs[i]}`);
  };
  close(factors({ decay: 'cosine' }), keras.cosine);
  close(factors({ decay: 'step' }), keras.step);
  close(factors({ decay: 'cosine', warmUpEpochs: 1.5 }).slice(16), keras.warm);
});

test('learningRateFactor(): warm-up rises in even steps to the rate; other batches have it in proportion', () => {
  assert.deepEqual(factors({ warmUpEpochs: 0.4 }).slice(0, 6), [0.25, 0.5, 0.75, 1, 1, 1]);
  assert.deepEqual(factors({ baseBatch: 8 }).slice(0, 2), [2, 2]);
  assert.deepEqual(factors({ baseBatch: 64, warmUpEpochs: 0.2 }).slice(0, 3), [0.125, 0.25, 0.25]);
});

test('changedPlan() says at which rate a cosine with another end goes on, and nothing where the rate stays', () => {
  const settings = { learningRate: 0.01, learningRatePlan: { ...PLAIN, decay: 'cosine' } } as const;
  // Half way of 6 epochs the factor is 0.5; at step 30 of 120 it is (1 + cos(pi / 4)) / 2 = 0.854.
  assert.deepEqual(changedPlan(settings, { ...run, epochs: 12 }, { epochs: 6, step: 30 }), [
    'the cosine of the learning rate ends after epoch 12 now, not 6: it goes on at 8.54e-3, where 5.00e-3 was planned',
  ]);
  assert.match(
    changedPlan(settings, { ...run, epochs: 12 }, { epochs: 6, step: 60 }).join(),
    /goes on at 5\.00e-3, where 0\.00e\+0 was planned/,
  );
  assert.deepEqual(changedPlan(settings, run, { epochs: 6, step: 30 }), []);
  for (const decay of ['constant', 'step'] as const)
    assert.deepEqual(
      changedPlan(
        { ...settings, learningRatePlan: { ...PLAIN, decay } },
        { ...run, epochs: 12 },
        { epochs: 6, step: 30 },
      ),
      [],
    );
});
