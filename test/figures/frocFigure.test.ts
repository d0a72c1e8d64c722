import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frocFigure } from '../../src/figures/frocFigure.js';
import { officialRates, scoreFroc } from '../../src/scores/frocScore.js';
import { frocCase, type Row } from '../scores/frocCase.js';

const nodules = Array.from({ length: 30 }, (_, scan): Row => [scan, 0, 0, 0, 6]);
const marks = Array.from({ length: 300 }, (_, i): Row => [i % 30, i % 7 === 0 ? 0 : 99, 0, 0, Math.sin(i)]);
const rates = officialRates();
const figure = frocFigure({ ...scoreFroc(frocCase(30, marks, nodules), { samples: 40, rates }), rates });

test('frocFigure() says CPM and band, draws the curve, the seven points and the band on an axis of doubling rates', () => {
  assert.match(figure.title, /^FROC: CPM 0\.\d{3} \(95 % 0\.\d{3} to 0\.\d{3}\)$/);
  const [curve, read] = figure.traces;
  assert.equal(read?.x.length, 7);
  assert.ok(curve!.x.every((rate) => Number(rate) > 0));
  const [band] = figure.bands!;
  assert.ok(band!.x.length > 200 && band!.x.length < 1200, `${band!.x.length} points`);
  const isInside = band!.x.every((_, at) => band!.low[at]! <= band!.high[at]!);
  assert.ok(isInside && band!.low.length === band!.x.length && band!.high.length === band!.x.length);
  const svg = figure.svg();
  for (const label of ['1/8', '1/4', '1/2', '1', '2', '4', '8'])
    assert.ok(svg.includes(`>${label}</text>`), label);
  assert.ok(!svg.includes('NaN'));
});

test("frocFigure() gives plotly a logarithmic axis with the score's ticks", () => {
  const axis = figure.plotly().layout.xaxis as {
    type: string;
    range: number[];
    tickvals: number[];
    ticktext: string[];
  };
  assert.equal(axis.type, 'log');
  assert.ok(Math.abs(axis.range[0]! - Math.log10(0.125)) < 1e-12);
  assert.deepEqual(axis.tickvals, [0.125, 0.25, 0.5, 1, 2, 4, 8]);
  assert.deepEqual(axis.ticktext, ['1/8', '1/4', '1/2', '1', '2', '4', '8']);
});
