import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyFigure, lossFigure, trainingFigure } from '../../src/figures/trainingFigures.js';
import type { ValidationRecord } from '../../src/training/run/metricsLog.js';
import { stepRecord, validationRecord } from './sampleRecords.js';

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

test('trainingFigure() has losses, ROC AUC with its interval, and the learning rate over the same steps', () => {
  const steps = Array.from({ length: 60 }, (_, i) => stepRecord(i + 1));
  const validations = [0.7, 0.5, 0.6].map((loss, i) => validationRecord(20 * (i + 1), loss));
  const figure = trainingFigure([...steps, ...validations]);
  const [batches, mean, held, lowest] = figure.traces;
  assert.equal(batches!.y.length, 60);
  const last = steps.slice(-20).reduce((sum, { loss }) => sum + loss, 0) / 20;
  assert.ok(Math.abs(mean!.y.at(-1)! - last) < 1e-12);
  assert.deepEqual(
    [held!.x, held!.y],
    [
      [20, 40, 60],
      [0.7, 0.5, 0.6],
    ],
  );
  assert.deepEqual([lowest!.x, lowest!.y, lowest!.labels], [[40], [0.5], ['0.500']]);
  const [apart, rate] = figure.below!;
  assert.deepEqual(apart!.traces[1]!.y, [0.9, 0.9, 0.9]);
  assert.deepEqual(
    [apart!.bands![0]!.low, apart!.bands![0]!.high],
    [
      [0.8, 0.8, 0.8],
      [0.95, 0.95, 0.95],
    ],
  );
  assert.deepEqual(
    rate!.traces[0]!.y,
    steps.map(({ learningRate }) => learningRate),
  );
  assert.match(
    figure.title,
    /^Loss 0\.\d{3} at step 60 \(epoch 3\); lowest validation 0\.500, ROC AUC 0\.900$/,
  );
  assert.match(
    figure.text(),
    /lowest validation, step 40: loss 0\.5000, .* ROC AUC 0\.900 \(95 % 0\.800 to 0\.950\)/,
  );
});

test('trainingFigure() leaves out, and counts, skipped steps and losses that are no numbers', () => {
  const records = [
    stepRecord(1),
    stepRecord(2, { skipped: true }),
    stepRecord(3, { loss: null as unknown as number }),
    validationRecord(3, Number.NaN),
  ];
  const figure = trainingFigure(records);
  assert.equal(figure.traces[0]!.y.length, 1);
  assert.match(figure.text(), /1 steps changed nothing/);
  assert.match(figure.text(), /the loss of 1 steps is no finite number/);
  assert.doesNotMatch(figure.svg(), /NaN/);
});

test('trainingFigure() of a million steps stays small, and in bounded memory', () => {
  function* many() {
    for (let i = 1; i <= 1_000_000; i++) yield stepRecord(i);
  }
  const figure = trainingFigure(many());
  assert.ok(figure.traces[0]!.y.length <= 4000);
  assert.ok(figure.svg().length < 200_000, String(figure.svg().length));
});
