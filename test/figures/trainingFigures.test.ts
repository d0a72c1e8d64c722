import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyFigure, lossFigure } from '../../src/figures/trainingFigures.js';
import type { ValidationRecord } from '../../src/training/metricsLog.js';

const step = (n: number) =>
  ({
    kind: 'step',
    epoch: 1,
    step: n,
    loss: n,
    accuracy: 0.5,
    patchesPerSecond: 1,
    waitShare: 0,
    batchesReady: 1,
    learningRate: 1e-3,
    ms: { wait: 1, copy: 1, compute: 1, reduce: 1, update: 1 },
  }) as const;
const validation: ValidationRecord = {
  kind: 'validation',
  epoch: 1,
  step: 40,
  loss: 7,
  accuracy: 0.75,
  rocAuc: 0.9,
  rocAucInterval: [0.8, 1],
  threshold: 0.5,
  rows: 10,
  seconds: 1,
};
const records = [
  { kind: 'start' } as const,
  ...Array.from({ length: 40 }, (_, i) => step(i + 1)),
  validation,
];

test('lossFigure() has batches, their running mean of 20, and validations at their step', () => {
  const [batches, mean, held] = lossFigure(records).traces;
  assert.equal(batches?.y.length, 40);
  assert.deepEqual([mean?.y[0], mean?.y[1], mean?.y[39]], [1, 1.5, 30.5]);
  assert.deepEqual([held?.x, held?.y], [[40], [7]]);
});

test('accuracyFigure() is in percent; a figure before the first step can be drawn', () => {
  assert.deepEqual(accuracyFigure(records).traces[2]?.y, [75]);
  assert.match(lossFigure([]).svg(), /^<svg/);
});
