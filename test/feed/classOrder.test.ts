import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balancedOrder } from '../../src/feed/classOrder.js';

const positives = Uint32Array.from([3, 14, 15]);
const negatives = Uint32Array.from({ length: 20 }, (_, i) => 100 + i);

test('balancedOrder() gives half positives; odd batches give the larger half to the negatives', () => {
  const rows = balancedOrder({ positives, negatives }, 8, 1).rowsOf(5);
  assert.equal(rows.filter((row) => row < 100).length, 4);
  assert.equal(
    balancedOrder({ positives, negatives }, 5, 1)
      .rowsOf(0)
      .filter((row) => row < 100).length,
    2,
  );
});

test('balancedOrder() passes over every row of a class once before any comes again', () => {
  const order = balancedOrder({ positives, negatives }, 8, 1);
  const drawn = Array.from({ length: 15 }, (_, step) => [...order.rowsOf(step)]).flat();
  const ofNegatives = drawn.filter((row) => row >= 100);
  for (let pass = 0; pass < 3; pass++)
    assert.deepEqual(ofNegatives.slice(pass * 20, pass * 20 + 20).sort(), [...negatives]);
  const ofPositives = drawn.filter((row) => row < 100);
  for (let pass = 0; pass < 20; pass++)
    assert.deepEqual(
      ofPositives.slice(pass * 3, pass * 3 + 3).sort((a, b) => a - b),
      [...positives],
    );
  assert.notDeepEqual(ofNegatives.slice(0, 20), ofNegatives.slice(20, 40));
});

test('balancedOrder() depends on the seed and the step alone, not on what was asked before', () => {
  const order = balancedOrder({ positives, negatives }, 8, 1);
  const forward = [0, 1, 2, 3, 4, 5, 6, 7].map((step) => [...order.rowsOf(step)]);
  assert.deepEqual([...balancedOrder({ positives, negatives }, 8, 1).rowsOf(6)], forward[6]);
  assert.deepEqual([...order.rowsOf(2)], forward[2]);
  assert.notDeepEqual([...balancedOrder({ positives, negatives }, 8, 2).rowsOf(0)], forward[0]);
});
