import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balancedOrder } from '../../src/feed/classOrder.js';
import { naturalOrder } from '../../src/feed/naturalOrder.js';
import { classShareFigure, coverageFigure } from '../../src/figures/samplingFigures.js';

const rows = { positives: Uint32Array.from([0, 1]), negatives: Uint32Array.from([2, 3, 4, 5, 6, 7]) };
const orders = { balanced: balancedOrder(rows, 4, 1), natural: naturalOrder(rows, 4, 1) };

test('classShareFigure() draws the share of nodules of each batch, a line a sampling', () => {
  const { traces } = classShareFigure(orders, [1, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(
    traces.map(({ name, x }) => [name, x]),
    [
      ['balanced', [1, 2]],
      ['natural', [1, 2]],
    ],
  );
  assert.deepEqual(traces[0]!.y, [50, 50]);
  const [first, second] = traces[1]!.y as [number, number];
  assert.equal(first + second, 50, 'two of eight rows, in two batches of four');
});

test('coverageFigure() ends at all rows where every row comes, and never falls', () => {
  const [balanced, natural] = coverageFigure(orders, 8).traces.map(({ y }) => y);
  assert.deepEqual(natural, [50, 100]);
  // Two nodules and two others a batch: the nodules are the same ones again.
  assert.deepEqual(balanced, [50, 75]);
});
