import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeanColumns } from '../../../src/figures/charts/meanColumns.js';

test('MeanColumns keeps few rows as they are', () => {
  const columns = new MeanColumns(2, 4);
  for (let x = 1; x <= 4; x++) columns.add(x, [x, 10 * x]);
  assert.deepEqual(
    columns.columns().map(({ x, values }) => [x, ...values]),
    [1, 2, 3, 4].map((x) => [x, x, 10 * x]),
  );
});

test('MeanColumns of many rows: few columns of equally many, and no row is lost', () => {
  for (const length of [5, 9, 64, 1000, 12_345]) {
    const columns = new MeanColumns(1, 16);
    for (let x = 0; x < length; x++) columns.add(x, [x]);
    const all = columns.columns();
    assert.ok(all.length <= 16 && (length < 16 || all.length >= 8), `${all.length} of ${length}`);
    // Of a straight line the mean lies in the middle.
    for (const { x, values } of all) assert.ok(Math.abs(x - values[0]!) < 1e-9);
    const widths = all.slice(1, -1).map(({ x }, at) => x - all[at]!.x);
    assert.ok(new Set(widths).size <= 1, widths.join(' '));
    // The last one has what is left, and no more than the others.
    const width = 2 * all[0]!.x + 1;
    const rest = length - width * (all.length - 1);
    assert.ok(rest > 0 && rest <= width, `${rest} of ${width}`);
    assert.equal(all.at(-1)!.x, width * (all.length - 1) + (rest - 1) / 2);
  }
});
