import assert from 'node:assert/strict';
import { test } from 'node:test';
import { naturalOrder } from '../../src/feed/naturalOrder.js';

const rows = {
  positives: Uint32Array.from([3, 14, 15]),
  negatives: Uint32Array.from({ length: 20 }, (_, i) => 100 + i),
};
const all = [...rows.positives, ...rows.negatives];

test('naturalOrder() has every row once an epoch where batches come out even, in another order each epoch', () => {
  const even = { ...rows, positives: Uint32Array.from([3, 14, 15, 16]) };
  const order = naturalOrder(even, 6, 1);
  assert.equal(order.stepsPerEpoch, 4);
  const epochs = [0, 1, 2].map((epoch) => [0, 1, 2, 3].flatMap((i) => [...order.rowsOf(4 * epoch + i)]));
  for (const epoch of epochs)
    assert.deepEqual(
      [...epoch].sort((a, b) => a - b),
      [...even.positives, ...even.negatives],
    );
  assert.notDeepEqual(epochs[0], epochs[1]);
});

test('naturalOrder() leaves no row out of an epoch where they do not: the first rows fill the last batch', () => {
  const order = naturalOrder(rows, 6, 1);
  assert.equal(order.stepsPerEpoch, 4);
  for (const epoch of [0, 1, 5]) {
    const drawn = [0, 1, 2, 3].flatMap((i) => [...order.rowsOf(4 * epoch + i)]);
    assert.deepEqual(
      [...new Set(drawn)].sort((a, b) => a - b),
      all,
    );
    assert.deepEqual(drawn.slice(23), drawn.slice(0, 1));
  }
});

test('naturalOrder() depends on the seed and the step alone; parts of a batch are disjoint', () => {
  const forward = naturalOrder(rows, 6, 7);
  const steps = [0, 1, 2, 3, 4, 5, 6].map((step) => [...forward.rowsOf(step)]);
  assert.deepEqual([...naturalOrder(rows, 6, 7).rowsOf(6)], steps[6]);
  assert.deepEqual([...forward.rowsOf(1)], steps[1]);
  assert.notDeepEqual([...naturalOrder(rows, 6, 8).rowsOf(0)], steps[0]);
  const ranks = [0, 1, 2].map((rank) =>
    steps.slice(0, 3).flatMap((step) => step.slice(2 * rank, 2 * rank + 2)),
  );
  assert.equal(new Set(ranks.flat()).size, 18);
});
