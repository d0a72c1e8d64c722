import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { heldOutRows, splitRows } from '../../src/feed/split.js';

const labels = {
  classes: [1, 0, 0, 1, 0, 1],
  notrain: [0, 1, 0, 0, 1, 0],
  subsets: [0, 0, 1, 1, 5, 5],
};

test('splitRows() holds a subset out by the column, skips notrain rows in training and keeps them held out', () => {
  const split = splitRows(labels, 5, 'p.hdf5');
  assert.deepEqual([...split.positives], [0, 3]);
  assert.deepEqual([...split.negatives], [2]);
  assert.deepEqual([...split.heldOut], [4, 5]);
});

test('splitRows() refuses a subset without rows, naming those there, and training without a class', () => {
  assert.throws(
    () => splitRows(labels, 7, 'p.hdf5'),
    (error) => error instanceof InputError && /p\.hdf5: HOLDOUT 7 .*0, 1, 5/.test(error.message),
  );
  assert.throws(
    () => splitRows({ ...labels, classes: [0, 0, 0, 0, 0, 1] }, 5, 'p.hdf5'),
    /found 0 of class 1 and 3 of class 0/,
  );
});

test('heldOutRows() of the subset -1 are those of scans outside subset folders', () => {
  assert.deepEqual([...heldOutRows({ ...labels, subsets: [-1, 0, -1, 0, 0, 0] }, -1, 'p')], [0, 2]);
});

test('splitRows() holds several subsets out, and names the one without rows', () => {
  const several = { ...labels, classes: [1, 0, 0, 1, 0, 1], notrain: [0, 0, 0, 0, 1, 0] };
  const split = splitRows(several, [1, 5], 'p.hdf5');
  assert.deepEqual(
    [[...split.positives], [...split.negatives], [...split.heldOut]],
    [[0], [1], [2, 3, 4, 5]],
  );
  assert.throws(() => heldOutRows(several, [1, 6], 'p.hdf5'), /HOLDOUT 6 names a subset that has no rows/);
});

test('heldOutRows() says of a file without rows that it has none', () => {
  assert.throws(
    () => heldOutRows({ classes: [], notrain: [], subsets: [] }, 1, 'p.hdf5'),
    (error) =>
      error instanceof InputError && /p\.hdf5: expected patches, the file has no rows/.test(error.message),
  );
});
