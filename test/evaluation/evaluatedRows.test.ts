import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { evaluatedRows, type RowsRequest } from '../../src/evaluation/evaluatedRows.js';

const REQUEST: RowsRequest = {
  labels: {
    classes: [1, 0, 1, 0, 1, 0],
    notrain: [0, 0, 0, 0, 0, 0],
    subsets: [0, 0, 1, 1, 2, 2],
    seriesUids: ['a', 'a', 'b', 'b', 'c', 'd'],
  },
  file: 'p.hdf5',
  config: { folds: 0, holdout: 2, seed: 16 },
  split: { labels: '', training: ['a'], validation: ['b'], heldOut: ['c'] },
  isOwnData: false,
};

test('evaluatedRows() takes the held-out scans wherever they lie, and says which are not scored', () => {
  const { rows, name, isHoldout, notes } = evaluatedRows(REQUEST);
  assert.deepEqual([[...rows], name, isHoldout], [[4], 'holdout-2', false]);
  assert.match(notes.join(), /1 scan held out, .*1 scan new: --part new scores the new ones/);
  const part = (wanted: RowsRequest['part']) => [...evaluatedRows({ ...REQUEST, part: wanted! }).rows];
  assert.deepEqual([part('training'), part('validation'), part('new')], [[0, 1], [2, 3], [5]]);
});

test('evaluatedRows() of a file without held-out scans are those that the run does not know', () => {
  const others = { ...REQUEST.labels, seriesUids: ['x', 'x', 'a', 'a', 'y', 'y'] };
  const { rows, name } = evaluatedRows({ ...REQUEST, labels: others });
  assert.deepEqual([[...rows], name], [[0, 1, 4, 5], 'new']);
  assert.throws(
    () => evaluatedRows({ ...REQUEST, labels: { ...others, seriesUids: Array<string>(6).fill('a') } }),
    (error) =>
      error instanceof InputError &&
      /p\.hdf5: expected patches of scans that are new, found none; there are 1 scan trained on/.test(
        error.message,
      ),
  );
});

test("evaluatedRows() of the run's own data, and with subsets, goes by the column; folds are of the run's own data alone", () => {
  const own = evaluatedRows({ ...REQUEST, isOwnData: true });
  assert.deepEqual([[...own.rows], own.name, own.isHoldout], [[4, 5], 'holdout-2', true]);
  const several = evaluatedRows({ ...REQUEST, holdout: [0, 2] });
  assert.deepEqual(
    [[...several.rows], several.name, several.isHoldout],
    [[0, 1, 4, 5], 'holdout-0-2', false],
  );
  assert.throws(
    () => evaluatedRows({ ...REQUEST, holdout: 0, config: { ...REQUEST.config, folds: 3 } }),
    /whose 3 folds these are not; name the scans to score with --part held-out\|validation\|training\|new/,
  );
  const early = evaluatedRows({ ...REQUEST, split: undefined, isOwnData: true });
  assert.deepEqual([...early.rows], [4, 5]);
});
