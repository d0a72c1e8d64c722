import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../../../src/figures/charts/chart.js';
import { colorOf, PALETTE } from '../../../src/figures/charts/chartSpec.js';

const drawn = chart({
  title: 't',
  x: { title: 'time', type: 'date' },
  y: { title: 'percent', range: [0, 100] },
  traces: [{ name: 'a', x: ['2024-01-01T00:00:00'], y: [1], markers: true }],
});

test('chart() is shown by plotly in a notebook, with a picture for where plotly is missing', () => {
  const bundle = (drawn as unknown as Record<symbol, () => Record<string, unknown>>)[
    Symbol.for('Jupyter.display')
  ]!();
  assert.deepEqual(Object.keys(bundle), ['application/vnd.plotly.v1+json', 'image/svg+xml', 'text/plain']);
  assert.match(String(bundle['image/svg+xml']), /^<svg /);
});

test("chart().plotly() uses plotly's own names", () => {
  const { data, layout } = drawn.plotly();
  assert.deepEqual([data[0]?.type, data[0]?.mode, data[0]?.name], ['scatter', 'lines+markers', 'a']);
  assert.deepEqual(layout.xaxis, { title: { text: 'time' }, type: 'date' });
  assert.deepEqual(layout.yaxis, { title: { text: 'percent' }, range: [0, 100] });
});

test("colorOf() is the trace's own or the palette's next", () => {
  assert.equal(colorOf({ name: '', x: [], y: [], color: 'red' }, 0), 'red');
  assert.equal(colorOf({ name: '', x: [], y: [] }, 9), PALETTE[1]);
});
