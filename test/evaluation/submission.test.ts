import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readSubmission, type SubmissionColumns } from '../../src/evaluation/submission.js';

function reader(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-submission-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return (text: string, columns?: SubmissionColumns) => {
    writeFileSync(join(folder, 'marks.csv'), text);
    return readSubmission(join(folder, 'marks.csv'), columns);
  };
}

test('readSubmission() reads commas, semicolons, tabs, decimal commas, BOM, CRLF, quotes, any order, further columns', (t) => {
  const read = reader(t);
  for (const text of [
    'seriesuid,coordX,coordY,coordZ,probability\na,1,2,3,-4.5\nb,1,2,3,7\n',
    '\uFEFFprobability;coordZ;coordY;coordX;seriesuid\r\n-4,5;3;2;1;a\r\n7;3;2;1;b\r\n',
    'id\tseriesuid\tcoordX\tcoordY\tcoordZ\tprobability\n0\t"a"\t1\t2\t3\t-4.5e0\n\n1\tb\t1\t2\t3\t7\n',
  ]) {
    const { series, seriesOf, centerWorldMm, score, repeatedRows } = read(text);
    assert.deepEqual(series, ['a', 'b']);
    assert.deepEqual([...seriesOf], [0, 1]);
    assert.deepEqual([...centerWorldMm], [1, 2, 3, 1, 2, 3]);
    assert.deepEqual([...score], [-4.5, 7]);
    assert.equal(repeatedRows, 0);
  }
});

test('readSubmission() counts rows that are there again, reads other names of columns, and a table without marks', (t) => {
  const read = reader(t);
  const header = 'seriesuid,coordX,coordY,coordZ,probability';
  assert.equal(read(`${header}\na,1,2,3,1\nb,1,2,3,1\na,1,2,3,1\na,1,2,3,1.0\na,1,2,3,2\n`).repeatedRows, 2);
  const grid = Array.from(
    { length: 5000 },
    (_, i) => `a,${i % 10},${Math.floor(i / 10) % 20},${i % 40},0.5\n`,
  );
  assert.equal(read(`${header}\n${grid.join('')}`).repeatedRows, 5000 - new Set(grid).size);
  const named = read('uid,x,y,z,score\na,1,2,3,4\n', {
    ...{ seriesuid: 'uid', coordX: 'x', coordY: 'y', coordZ: 'z', probability: 'score' },
  });
  assert.deepEqual([...named.score], [4]);
  assert.equal(read(`${header}\n`).score.length, 0);
});

test('readSubmission() names file, row, value and what to do', (t) => {
  const read = reader(t);
  const header = 'seriesuid,coordX,coordY,coordZ,probability';
  for (const [row, message] of [
    [
      'a,1,2,3,nan',
      /marks\.csv:2: probability: expected a number, received "nan"; mend this row, or delete it/,
    ],
    ['a,1,2,3,inf', /:2: probability: expected a number, received "inf"/],
    ['a,1,2,3,', /:2: probability: expected a number, received ""/],
    ['a,1,,3,0', /:2: coordY: expected a number, received ""/],
    [',1,2,3,0', /:2: seriesuid: expected a series uid/],
    ['a,1,2,3', /:2: expected 5 cells as in the header, received 4/],
  ] as const)
    assert.throws(() => read(`${header}\n${row}\n`), message);
  assert.throws(() => read(''), /expected a header line/);
  assert.throws(
    () => read('uid,x,y,z,score\na,1,2,3,4\n'),
    /say the table's own names: --columns seriesuid=uid,coordX=x,coordY=y,coordZ=z,probability=score/,
  );
  assert.throws(
    () => read('seriesuid,coordX,coordY,coordZ,class\n'),
    /each mark needs a number .*--columns probability=NAME/,
  );
  assert.throws(() => read('seriesuid coordX\n'), /separated by commas, semicolons or tabs/);
});
