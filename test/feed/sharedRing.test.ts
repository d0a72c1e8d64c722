import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  count,
  createRing,
  finishPart,
  publish,
  ROWS_PER_PART,
  stopRing,
  takePart,
  total,
  voxelsOfSlot,
} from '../../src/feed/sharedRing.js';

const SIZE = { slots: 2, batchRows: 2 * ROWS_PER_PART + 1, voxelsPerRow: 3, readers: 2 };

test('a slot is handed out in parts, in the order in which slots were published, and is full after the last', () => {
  const ring = createRing(SIZE);
  const rows = Uint32Array.from({ length: SIZE.batchRows }, (_, i) => 10 + i);
  // Far more batches than the queue has places.
  for (let round = 0; round < 50; round++) {
    publish(ring, 1, { rows, place: { step: round, first: 4 } });
    publish(ring, 0, { rows: rows.slice(0, 1) });
    const parts = [0, 1, 2, 3].map(() => takePart(ring)!);
    assert.deepEqual(
      parts.map(({ slot, from, to, step, first }) => [slot, from, to, step, first]),
      [
        [1, 0, ROWS_PER_PART, round, 4],
        [1, ROWS_PER_PART, 2 * ROWS_PER_PART, round, 4],
        [1, 2 * ROWS_PER_PART, 2 * ROWS_PER_PART + 1, round, 4],
        [0, 0, 1, 0, -1],
      ],
    );
    assert.deepEqual(
      [2, 0, 3, 1].map((i) => finishPart(ring, parts[i]!)),
      [false, false, true, true],
    );
  }
  assert.deepEqual([...ring.rows.subarray(SIZE.batchRows)], [...rows]);
});

test('a stopped ring hands out nothing; batches that do not fit are refused', () => {
  const ring = createRing(SIZE);
  for (const rows of [0, SIZE.batchRows + 1])
    assert.throws(
      () => publish(ring, 0, { rows: new Uint32Array(rows) }),
      new RegExp(`1 to ${SIZE.batchRows} rows, received`),
    );
  publish(ring, 0, { rows: new Uint32Array(1) });
  stopRing(ring);
  assert.equal(takePart(ring), undefined);
});

test('voxels of a slot are a view of shared memory; counters sum over readers', () => {
  const ring = createRing(SIZE);
  const view = voxelsOfSlot(ring, 1, 2);
  view.fill(7);
  const from = SIZE.batchRows * SIZE.voxelsPerRow;
  assert.deepEqual([...ring.voxels.subarray(from, from + 7)], [7, 7, 7, 7, 7, 7, 0]);
  count(ring, 0, 'bytes', 5n);
  count(ring, 1, 'bytes', 6n);
  assert.equal(total(ring, 'bytes'), 11);
  assert.equal(total(ring, 'rows'), 0);
});
