import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { crossvalConfigs } from '../../src/evaluation/crossvalConfigs.js';
import { splitRows } from '../../src/feed/split.js';
import { trainFixture } from '../training/trainFixture.js';

/** Scans of two rows, a nodule and another one. */
function labelsOf(subsetOfScan: readonly number[], classOfSecond = 0) {
  const rows = subsetOfScan.flatMap((subset, scan) => [0, 1].map((row) => ({ subset, scan, row })));
  return {
    classes: rows.map(({ row }) => (row === 0 ? 1 : classOfSecond)),
    notrain: rows.map(() => 0),
    subsets: rows.map(({ subset }) => subset),
    seriesUids: rows.map(({ scan }) => `scan${scan}`),
  };
}

test("crossvalConfigs() holds each of the file's subsets out once, and another one chooses", async (t) => {
  const config = { ...(await trainFixture(t)), validation: 'auto' as const };
  const labels = labelsOf([0, 0, 1, 1, 2, 2, 7, 7]);
  for (const folds of [undefined, 4])
    assert.deepEqual(
      crossvalConfigs(config, labels, folds).map((each) => [each.folds, each.holdout, each.validation]),
      [
        [0, 0, 1],
        [0, 1, 2],
        [0, 2, 7],
        [0, 7, 0],
      ],
    );
  assert.deepEqual(
    crossvalConfigs(config, labels).map(({ run }) => run.replace(config.run, '')),
    ['/fold-0', '/fold-1', '/fold-2', '/fold-7'],
  );
});

test('crossvalConfigs() deals whole scans where there are other subsets than folds, and holds each scan out once', async (t) => {
  const config = { ...(await trainFixture(t)), validation: 'auto' as const };
  for (const subsets of [Array<number>(12).fill(-1), Array.from({ length: 12 }, (_, i) => i % 4)]) {
    const labels = labelsOf(subsets);
    const configs = crossvalConfigs(config, labels, 5);
    const heldOut = configs.flatMap(({ folds, holdout, validation, seed }) => {
      const parts = {
        folds,
        holdout,
        seed,
        validation: validation === 'auto' ? 'scans' : validation,
      } as const;
      const split = splitRows(labels, parts, 'p');
      const seen = [...split.positives, ...split.negatives, ...split.validation];
      const own = new Set(Array.from(split.heldOut, (row) => labels.seriesUids[row]!));
      assert.ok(seen.every((row) => !own.has(labels.seriesUids[row]!)));
      return [...own];
    });
    assert.equal(configs.length, 5);
    assert.deepEqual(heldOut.sort(), [...new Set(labels.seriesUids)].sort());
  }
  assert.equal(crossvalConfigs(config, labelsOf(Array<number>(12).fill(-1))).length, 10);
  assert.equal(
    crossvalConfigs({ ...config, validation: 'scans' }, labelsOf([0, 1, 2, 3]))[0]!.validation,
    'scans',
  );
});

test('crossvalConfigs() checks all folds before one is trained: too many, one class alone', async (t) => {
  const config = await trainFixture(t);
  const refuses = (labels: ReturnType<typeof labelsOf>, folds: number, reason: RegExp): void =>
    assert.throws(
      () => crossvalConfigs(config, labels, folds),
      (error) => error instanceof InputError && reason.test(error.message),
    );
  refuses(labelsOf([0, 0, 1, 1]), 5, /expected folds from 3 to the number of scans, 4, received 5/);
  refuses(labelsOf([0, 1, 2, 3, 4]), 2, /expected folds from 3/);
  const oneClass = labelsOf([0, 1, 2, 3]);
  oneClass.classes[6] = 0;
  refuses(oneClass, 4, /fold 2: VALIDATION|fold 3: HOLDOUT 3 names rows of one class alone/);
});
