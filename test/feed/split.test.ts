import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { heldOutRows, type Parts, type Split, splitRows } from '../../src/feed/split.js';

const labels = {
  classes: [1, 0, 0, 1, 0, 1, 1, 0, 0],
  notrain: [0, 1, 0, 0, 1, 0, 0, 0, 1],
  subsets: [0, 0, 1, 1, 5, 5, 6, 6, 6],
  seriesUids: ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd', 'd'],
};
const parts = (holdout: Parts['holdout'], validation: Parts['validation'] = 6): Parts => ({
  ...{ folds: 0, holdout, validation, seed: 16 },
});
const listed = ({ positives, negatives, validation, heldOut }: Split): number[][] =>
  [positives, negatives, validation, heldOut].map((rows) => [...rows]);

test('splitRows() parts by the column: rows of notrain are held out only, and neither train nor choose', () => {
  assert.deepEqual(listed(splitRows(labels, parts(5), 'p.hdf5')), [[0, 3], [2], [6, 7], [4, 5]]);
});

test('splitRows() refuses a subset without rows, naming those there, and a part without a class', () => {
  const refuses = (wanted: Parts, reason: RegExp, classes = labels.classes): void =>
    assert.throws(
      () => splitRows({ ...labels, classes }, wanted, 'p.hdf5'),
      (error) => error instanceof InputError && reason.test(error.message),
    );
  refuses(parts(7), /p\.hdf5: HOLDOUT 7 .*0, 1, 5, 6/);
  refuses(parts(5, 7), /p\.hdf5: VALIDATION 7 .*0, 1, 5, 6/);
  refuses(parts(5), /found 0 of class 1 and 3 of class 0/, [0, 0, 0, 0, 0, 1, 1, 0, 0]);
  refuses(
    parts(5),
    /HOLDOUT 5 names rows of one class alone \(2 nodules, 0 others\)/,
    [1, 0, 0, 1, 1, 1, 1, 0, 0],
  );
  // Row 8 is of class 0, and left out.
  refuses(
    parts(5),
    /VALIDATION 6 names rows of one class alone \(2 nodules, 0 others\)/,
    [1, 0, 0, 1, 0, 1, 1, 1, 0],
  );
});

test('splitRows() holds several subsets out, and names the one without rows', () => {
  const { notrain, ...others } = labels;
  const all = { ...others, notrain: notrain.map(() => 0) };
  assert.deepEqual(listed(splitRows(all, parts([1, 5], 6), 'p.hdf5')).at(3), [2, 3, 4, 5]);
  assert.throws(
    () => splitRows(labels, parts([1, 9]), 'p.hdf5'),
    /HOLDOUT 9 names a subset that has no rows; expected one of the subsets \(with FOLDS, folds\) that there are: /,
  );
});

test('splitRows() with `scans` takes whole scans by the seed, never held-out ones, of both classes', () => {
  const rows = Array.from({ length: 240 }, (_, row) => row);
  const many = {
    classes: rows.map((row) => (row % 4 === 0 && row >= 24 ? 1 : 0)),
    notrain: rows.map(() => 0),
    subsets: rows.map((row) => (row < 60 ? 1 : 0)),
    seriesUids: rows.map((row) => `scan${Math.floor(row / 12)}`),
  };
  const chosen = [1, 2, 3, 4, 5].map((seed) => {
    const split = splitRows(many, { folds: 0, holdout: 1, validation: 'scans', seed }, 'p');
    const scans = [...new Set(Array.from(split.validation, (row) => many.seriesUids[row]!))];
    assert.equal(split.validation.length, 12 * scans.length, 'whole scans');
    assert.ok(split.validation.every((row) => row >= 60));
    assert.equal(split.positives.length + split.negatives.length, 180 - split.validation.length);
    const again = splitRows(many, { folds: 0, holdout: 1, validation: 'scans', seed }, 'p');
    assert.deepEqual(again.validation, split.validation);
    return scans;
  });
  // 15 scans in tenths.
  for (const scans of chosen) assert.ok(scans.length === 1 || scans.length === 2);
  assert.ok(new Set(chosen.map(String)).size > 1);
});

test('heldOutRows() of the subset -1 are those of scans outside subset folders', () => {
  assert.deepEqual([...heldOutRows({ subsets: [-1, 0, -1, 0, 0, 0] }, -1, 'p')], [0, 2]);
});

test('heldOutRows() says of a file without rows that it has none', () => {
  assert.throws(
    () => heldOutRows({ subsets: [] }, 1, 'p.hdf5'),
    (error) =>
      error instanceof InputError && /p\.hdf5: expected patches, the file has no rows/.test(error.message),
  );
});
