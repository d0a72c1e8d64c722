import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldsOf } from '../../src/feed/folds.js';

const uids = Array.from({ length: 230 }, (_, row) => `1.3.6.${row % 23}`);

test('foldsOf() keeps all rows of a series in one fold, and folds alike within one series', () => {
  const folds = foldsOf(uids, 5, 16, 'p.hdf5');
  const seriesOf = [0, 1, 2, 3, 4].map((fold) => new Set(uids.filter((_, row) => folds[row] === fold)).size);
  assert.deepEqual(seriesOf, [5, 5, 5, 4, 4]);
  for (let row = 23; row < 230; row++) assert.equal(folds[row], folds[row - 23]);
});

test('foldsOf() depends on the seed and the series alone, not on the order of rows', () => {
  const folds = foldsOf(uids, 5, 16, 'p.hdf5');
  assert.deepEqual([...foldsOf([...uids].reverse(), 5, 16, 'p.hdf5')].reverse(), [...folds]);
  assert.notDeepEqual(foldsOf(uids, 5, 17, 'p.hdf5'), folds);
  assert.throws(
    () => foldsOf(uids, 24, 16, 'p.hdf5'),
    /p\.hdf5: expected at least FOLDS 24 series, found 23/,
  );
});
