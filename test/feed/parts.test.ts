import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { foldedLabels } from '../../src/feed/folds.js';
import { definiteParts, type PartsRequest, sharedScans } from '../../src/feed/parts.js';
import { scanLabels } from '../../src/feed/rowLabels.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { trainFixture } from '../training/trainFixture.js';

const REQUEST: PartsRequest = { folds: 0, holdout: 5, validation: 'auto', seed: 16, allowSharedScans: false };

/** Scans of four rows, one of them a nodule, unless `plain` names the subset. */
function labelsOf(subsets: readonly number[], plain: readonly number[] = []) {
  const rows = subsets.flatMap((subset, scan) => [0, 1, 2, 3].map((i) => ({ subset, scan, i })));
  return {
    classes: rows.map(({ i, subset }) => (i === 0 && !plain.includes(subset) ? 1 : 0)),
    notrain: rows.map(() => 0),
    subsets: rows.map(({ subset }) => subset),
    seriesUids: rows.map(({ scan }) => `1.2.${scan}`),
  };
}

test('definiteParts() validates on the subset behind the held-out ones, round the end, that has nodules and others', () => {
  const validationOf = (
    subsets: readonly number[],
    holdout: PartsRequest['holdout'],
    plain?: readonly number[],
  ) => definiteParts(labelsOf(subsets, plain), { ...REQUEST, holdout }, 'p').validation;
  const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  assert.equal(validationOf(ten, 5), 6);
  assert.equal(validationOf(ten, 9), 0);
  assert.equal(validationOf(ten, [2, 9]), 0);
  assert.equal(validationOf(ten, [8, 9]), 0);
  assert.equal(validationOf([0, 3, 7], 3), 7);
  assert.equal(validationOf(ten, 5, [6, 7]), 8, 'one of one class could choose nothing');
  assert.equal(validationOf([3, 5], 5), 'scans', 'the other subset is for training');
  const given = definiteParts(labelsOf(ten), { ...REQUEST, validation: [1, 2] }, 'p');
  assert.deepEqual(given, { folds: 0, holdout: 5, validation: [1, 2], seed: 16 });
});

test('definiteParts() deals the scans of a file without subsets into folds, and asked again gives the same', () => {
  const request = (scans: number, holdout: PartsRequest['holdout'] = 5) =>
    definiteParts(labelsOf(Array<number>(scans).fill(-1)), { ...REQUEST, holdout }, 'p');
  assert.deepEqual(request(30), { folds: 10, holdout: 5, validation: 6, seed: 16 });
  assert.deepEqual(request(4), { folds: 4, holdout: 1, validation: 2, seed: 16 });
  assert.deepEqual(request(4, [1, 5]), { folds: 4, holdout: 1, validation: 2, seed: 16 });
  assert.throws(() => request(2), /p: expected at least 3 scans, .*found 2/);
  const labels = labelsOf(Array<number>(30).fill(-1));
  const first = definiteParts(labels, REQUEST, 'p');
  assert.deepEqual(definiteParts(labels, { ...REQUEST, ...first }, 'p'), first);
});

test('definiteParts() refuses scans that lie in several subsets, unless they are allowed or dealt into folds', () => {
  const labels = labelsOf([0, 1, 5, 6, 7]);
  const shared = {
    ...labels,
    seriesUids: labels.seriesUids.map((uid, row) => (row % 4 === 3 ? '1.2.0' : uid)),
  };
  assert.deepEqual(sharedScans(shared), [{ uid: '1.2.0', subsets: [0, 1, 5, 6, 7] }]);
  assert.throws(
    () => definiteParts(shared, REQUEST, 'p.hdf5'),
    (error) =>
      error instanceof InputError &&
      /p\.hdf5: expected each scan in one subset, found 1 in several \(1\.2\.0 in 0, 1, 5, 6, 7\)/.test(
        error.message,
      ),
  );
  assert.equal(definiteParts(shared, { ...REQUEST, allowSharedScans: true }, 'p').validation, 6);
  assert.equal(definiteParts(shared, { ...REQUEST, folds: 3, holdout: 0 }, 'p').folds, 3);
});

test('foldedLabels() puts folds in place of subsets, and with 0 leaves the labels', async (t) => {
  const patches = await openPatchFile((await trainFixture(t)).data);
  try {
    const labels = scanLabels(patches);
    assert.deepEqual(foldedLabels(labels, 0, 16, 'p').subsets, labels.subsets);
    const folded = foldedLabels(labels, 4, 16, 'p');
    assert.deepEqual(folded.classes, labels.classes);
    const ofScan = [0, 12, 24, 36].map((row) => folded.subsets[row]!);
    assert.deepEqual([...ofScan].sort(), [0, 1, 2, 3]);
    assert.deepEqual(
      Array.from(folded.subsets),
      Array.from({ length: 48 }, (_, row) => ofScan[Math.floor(row / 12)]),
    );
    assert.throws(() => foldedLabels(labels, 5, 16, 'p'), InputError);
  } finally {
    patches.close();
  }
});
