import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../../src/figures/charts/chart.js';
import { figurePage } from '../../src/figures/figurePage.js';

test('figurePage() holds plotly itself and the data, from which no script can break out', () => {
  const page = figurePage('a </title>', [
    chart({ title: '</script><b>', x: { title: '' }, y: { title: '' }, traces: [] }),
  ]);
  assert.ok(page.length > 3e6);
  assert.ok(page.includes('<title>a &lt;/title&gt;</title>'));
  assert.equal(page.match(/<\/script>/g)?.length, 2);
  assert.ok(!/https?:\/\/cdn/.test(page.slice(0, 2000)));
});
