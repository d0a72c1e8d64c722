import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupBySeries } from '../../src/candidates/groupBySeries.js';

test('groupBySeries() keeps the order of the rows of each series', () => {
  const rows = ['b', 'a', 'b'].map((seriesUid, line) => ({ seriesUid, line }));
  assert.deepEqual(
    [...groupBySeries(rows)],
    [
      ['b', [rows[0], rows[2]]],
      ['a', [rows[1]]],
    ],
  );
});
