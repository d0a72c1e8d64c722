import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyFigure, lossFigure, rocFigure } from '../../src/figures/trainingFigures.js';
import { rocCurve } from '../../src/scores/roc.js';
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

test('rocFigure() says area and interval', () => {
  const figure = rocFigure(
    [{ threshold: 1, falsePositiveRate: 0, truePositiveRate: 1 }],
    0.91234,
    [0.85, 0.97],
  );
  assert.equal(figure.title, 'ROC AUC 0.912 (95 % 0.850 to 0.970)');
});

test('rocFigure() without an interval says so; with a band it has its two ends', () => {
  const roc = rocCurve([0.9, 0.8, 0.3], [1, 0, 1]);
  const band = {
    falsePositiveRate: Float64Array.of(0, 1),
    low: Float64Array.of(0.1, 1),
    high: Float64Array.of(0.6, 1),
  };
  const figure = rocFigure(roc, 0.5, null, band);
  assert.equal(figure.title, 'ROC AUC 0.500 (no interval)');
  assert.deepEqual(
    figure.traces.slice(2).map(({ name, y }) => [name, y]),
    [
      ['95 % band, lower end', [0.1, 1]],
      ['upper end', [0.6, 1]],
    ],
  );
  assert.equal(rocFigure(roc, 0.5, null).traces.length, 2);
});

test('rocFigure() of very many points stays small', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => ({
    threshold: -i,
    falsePositiveRate: i / 99_999,
    truePositiveRate: Math.sqrt(i / 99_999),
  }));
  assert.ok(rocFigure(many, 0.9, [0.8, 1]).svg().length < 200_000);
});
