import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../../../src/figures/charts/chart.js';
import { chartSays, shortNumber } from '../../../src/figures/charts/chartText.js';

const axes = { title: 't', x: { title: 'x' }, y: { title: 'loss' } };

test('chartSays() tells few points one by one, of many the ends and the extremes', () => {
  const few = { name: 'few', x: [1, 2], y: [0.5, 0.25] };
  const x = Array.from({ length: 100 }, (_, i) => i);
  const many = { name: 'many', x, y: x.map((i) => (i === 40 ? 9 : i === 60 ? -9 : i / 100)) };
  assert.deepEqual(chartSays({ ...axes, traces: [few, many] }), [
    'few: 0.5 at 1, 0.25 at 2',
    'many: 0 at 0 to 0.99 at 99, lowest -9 at 60, highest 9 at 40 (100 points)',
  ]);
});

test('chartSays() counts what is no finite number, and says where nothing is', () => {
  const traces = [{ name: 'a', x: [1, 2], y: [1, Number.NaN] }];
  assert.deepEqual(chartSays({ ...axes, traces }), ['a: 1 at 1', '1 value is no finite number and left out']);
  assert.deepEqual(chartSays({ ...axes, traces: [] }), ['loss: nothing to draw']);
  const band = { name: 'b', x: [1, 2], low: [0, 1], high: [2, 3], color: '#cfe1f0' };
  assert.deepEqual(chartSays({ ...axes, traces: [], bands: [band] }), ['b: from 0 to 3']);
});

test('a chart says its numbers in place of the picture, and as its alternative', () => {
  const drawn = chart({ ...axes, traces: [{ name: 'a <1>', x: [1], y: [2] }], says: ['two & <three>'] });
  assert.equal(drawn.text(), 't\ntwo & <three>');
  assert.match(drawn.svg(), /role="img" aria-label="t; two &amp; &lt;three&gt;"/);
  const bundle = (drawn as unknown as Record<symbol, () => Record<string, unknown>>)[
    Symbol.for('Jupyter.display')
  ]!();
  assert.equal(bundle['text/plain'], drawn.text());
});

test('shortNumber() has four digits, of whole numbers all', () => {
  assert.equal(shortNumber(10_945), '10945');
  assert.deepEqual([1 / 3, 12_345.6, 0.00012345, 7, '2024-01-01'].map(shortNumber), [
    '0.3333',
    '12350',
    '0.0001234',
    '7',
    '2024-01-01',
  ]);
});
