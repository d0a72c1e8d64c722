import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rocFigure } from '../../src/figures/rocFigure.js';
import { rocCurve } from '../../src/scores/roc.js';

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
    figure.bands!.map(({ name, x, low, high }) => [name, x, low, high]),
    [['95 % band, scans drawn anew', [0, 1], [0.1, 1], [0.6, 1]]],
  );
  assert.equal(rocFigure(roc, 0.5, null).bands, undefined);
});

test('rocFigure() of very many points stays small', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => ({
    threshold: -i,
    falsePositiveRate: i / 99_999,
    truePositiveRate: Math.sqrt(i / 99_999),
  }));
  assert.ok(rocFigure(many, 0.9, [0.8, 1]).svg().length < 200_000);
});
