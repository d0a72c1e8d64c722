import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barFigure } from '../../../src/figures/charts/barFigure.js';

const figure = barFigure({
  title: 'memory',
  unit: 'MiB',
  bars: [
    {
      label: 'GPU 0',
      total: 1000,
      parts: [
        { name: 'ada python 7', value: 600, color: '#0072b2' },
        { name: 'others', value: 100, color: '#8c8c8c' },
      ],
    },
    { label: 'GPU 1', total: null, parts: [] },
  ],
});

test('barFigure().svg(): parts one behind the other to scale, in the frame of all there is', () => {
  const widths = [...figure.svg().matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map(
    ([, x, width]) => [Number(x), Number(width)],
  );
  const [[x, first], [next, second]] = widths as [[number, number], [number, number]];
  assert.ok(Math.abs(next - (x + first)) < 0.1 && Math.abs(first / second - 6) < 0.01);
  assert.match(figure.svg(), />ada python 7</);
});

test('barFigure().plotly(): stacked parts and what was never taken', () => {
  const { data, layout } = figure.plotly();
  assert.equal(layout.barmode, 'stack');
  assert.deepEqual(
    data.map(({ x }) => x),
    [
      [600, null],
      [100, null],
      [300, null],
    ],
  );
});
