import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balancedOrder, weightedOrder } from '../../src/feed/classOrder.js';

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

test('balancedOrder() draws the rows that it drew before there were other samplings', () => {
  assert.deepEqual(
    [...balancedOrder({ positives, negatives }, 8, 16).rowsOf(0)],
    [102, 15, 101, 3, 106, 14, 105, 3],
  );
  assert.deepEqual([...balancedOrder({ positives, negatives }, 5, 16).rowsOf(7)], [114, 3, 119, 15, 113]);
});

test('balancedOrder() has as many steps as all rows fill', () => {
  assert.equal(balancedOrder({ positives, negatives }, 8, 1).stepsPerEpoch, 2);
});

test('weightedOrder() has the share of positives exactly over all steps, within one row up to each', () => {
  const order = weightedOrder({ positives, negatives }, 6, 1, 0.25);
  let drawn = 0;
  const counts = new Map<number, number>();
  for (let step = 0; step < 40; step++) {
    const rows = order.rowsOf(step);
    drawn += rows.filter((row) => row < 100).length;
    assert.ok(Math.abs(drawn - (step + 1) * 1.5) < 1, `step ${step}: ${drawn}`);
    for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  assert.equal(drawn, 60);
  // 60 positives of 3 rows and 180 negatives of 20: whole passes, without replacement in each.
  assert.deepEqual(new Set(positives.map((row) => counts.get(row)!)), new Set([20]));
  assert.deepEqual(new Set(negatives.map((row) => counts.get(row)!)), new Set([9]));
  assert.deepEqual(
    [...weightedOrder({ positives, negatives }, 6, 1, 0.25).rowsOf(13)],
    [...order.rowsOf(13)],
  );
  assert.throws(() => weightedOrder({ positives, negatives }, 6, 1, 0), RangeError);
});

test('a batch in parts: positives are spread, so that parts of a balanced batch are balanced', () => {
  const rows = balancedOrder({ positives, negatives }, 16, 1).rowsOf(3);
  for (let rank = 0; rank < 4; rank++)
    assert.equal(rows.slice(4 * rank, 4 * rank + 4).filter((row) => row < 100).length, 2);
});

test('hard negatives: their share exactly, in passes over the pool, the other negatives go on without a gap', () => {
  const hardest = { epoch: 1, rows: [119, 101, 107], probabilities: [0.9, 0.8, 0.7] };
  const plain = balancedOrder({ positives, negatives }, 8, 1);
  const hard = balancedOrder({ positives, negatives }, 8, 1, { share: 0.25, hardest });
  const first = plain.stepsPerEpoch;
  const negativesOf = (order: typeof plain, steps: number): number[] =>
    Array.from({ length: steps }, (_, i) => [...order.rowsOf(first + i)].filter((row) => row >= 100)).flat();
  // Four negatives a step: every fourth is a hard one.
  const drawn = negativesOf(hard, 12);
  const ofPool = drawn.filter((_, i) => i % 4 === 3);
  for (let pass = 0; pass < 4; pass++)
    assert.deepEqual(ofPool.slice(3 * pass, 3 * pass + 3).sort(), [101, 107, 119]);
  assert.deepEqual(
    drawn.filter((_, i) => i % 4 !== 3),
    negativesOf(plain, 9),
  );
  assert.deepEqual(
    [...hard.rowsOf(first)].filter((row) => row < 100),
    [...plain.rowsOf(first)].filter((row) => row < 100),
  );
  // A later pool, from the middle of an epoch, as after a resume.
  const later = { share: 0.25, hardest: { ...hardest, epoch: 3 } };
  const whole = balancedOrder({ positives, negatives }, 8, 1, later);
  const expected = Array.from({ length: 6 }, (_, i) => [...whole.rowsOf(3 * first + i)]);
  assert.deepEqual(
    [...balancedOrder({ positives, negatives }, 8, 1, later).rowsOf(3 * first + 4)],
    expected[4],
  );
});
