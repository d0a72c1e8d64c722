import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelled, rowRequests, trainingRequests } from '../../src/feed/batches.js';
import { balancedOrder } from '../../src/feed/classOrder.js';

const classes = [1, 0, 0, 1, 0, 0, 0];
const split = { positives: Uint32Array.from([0, 3]), negatives: Uint32Array.from([1, 2, 4, 5, 6]) };
const order = balancedOrder(split, 4, 9);

test('trainingRequests() yields the rows of the order with their places, the same from any first step on', () => {
  const shard = { index: 0, of: 1 };
  const all = [...trainingRequests({ order, fromStep: 0, toStep: 6, shard })];
  assert.deepEqual(
    all.map(({ rows, place }) => [rows, place]),
    [0, 1, 2, 3, 4, 5].map((step) => [order.rowsOf(step), { step, first: 0 }]),
  );
  assert.deepEqual([...trainingRequests({ order, fromStep: 4, toStep: 6, shard })], all.slice(4));
});

test('trainingRequests() of two shards are the halves of each batch', () => {
  const [one, two] = [0, 1].map((index) => [
    ...trainingRequests({ order, fromStep: 2, toStep: 4, shard: { index, of: 2 } }),
  ]);
  for (const [i, step] of [2, 3].entries()) {
    assert.deepEqual([...one![i]!.rows, ...two![i]!.rows], [...order.rowsOf(step)]);
    assert.deepEqual(
      [one![i]!.place, two![i]!.place],
      [
        { step, first: 0 },
        { step, first: 2 },
      ],
    );
  }
});

test('rowRequests() covers the rows in order, as they are, the last batch shorter', () => {
  const requests = [...rowRequests(Uint32Array.from([5, 3, 0, 6, 1]), 2)];
  assert.deepEqual(
    requests.map(({ rows, place }) => [[...rows], place]),
    [
      [[5, 3], undefined],
      [[0, 6], undefined],
      [[1], undefined],
    ],
  );
});

test('labelled() gives each row its class', () => {
  const fed = { rows: Uint32Array.of(3, 1, 0), inputHu: new Int16Array(6), waitMs: 0, ready: 1 };
  assert.deepEqual([...labelled(fed, { classes, notrain: [], subsets: [] }).labels], [1, 0, 1]);
});
