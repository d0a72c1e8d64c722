import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFolds } from '../../src/candidates/folds.js';

test('readFolds() reads a table with subset or fold, and the folders subset<k>', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-folds-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'folds.csv');
  const read = (text: string): [string, number][] => {
    writeFileSync(file, text);
    return [...readFolds(file)];
  };
  assert.deepEqual(read('seriesuid,subset\na,0\nb,7\n'), [
    ['a', 0],
    ['b', 7],
  ]);
  for (const first of ['', 'sep=;\r\n', '\n'])
    assert.deepEqual(read(`${first}fold;seriesuid\r\n3;a\r\n`), [['a', 3]]);
  assert.throws(
    () => read('seriesuid,fold\na,1.5\n'),
    /folds\.csv:2: fold: expected a whole number from 0, received 1\.5/,
  );
  assert.throws(
    () => read('seriesuid,subset\na,1\na,2\n'),
    /folds\.csv:3: expected each series in one fold, received a in 1 and 2/,
  );
  assert.throws(
    () => read('seriesuid,part\na,1\n'),
    /expected a column subset.*; name the column of the folds subset or fold/,
  );
  const scans = join(folder, 'scans');
  for (const name of ['subset0/a.mhd', 'subset3/b.mhd']) {
    mkdirSync(join(scans, name, '..'), { recursive: true });
    writeFileSync(join(scans, name), '');
  }
  assert.deepEqual(
    [...readFolds(scans)],
    [
      ['a', 0],
      ['b', 3],
    ],
  );
  assert.throws(
    () => readFolds(join(scans, 'subset0')),
    /expected folders subset0\/, subset1\/.*found scans in the folder itself/,
  );
});
