import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rowTable } from '../../src/evaluation/predictionTable.js';
import { readScoredRows } from '../../src/evaluation/scoredRows.js';

function tableOf(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-rows-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'rows.csv');
  writeFileSync(file, text);
  return file;
}

test('readScoredRows() reads what rowTable() writes', (t) => {
  const findings = [
    { seriesUid: 'a', centerWorldMm: [1.5, -2, 3] as const, class: 1, notrain: 0, probability: 0.75 },
    { seriesUid: 'b', centerWorldMm: [0, 0, 0] as const, class: 0, notrain: 1, probability: 1e-9 },
  ];
  const read = readScoredRows(tableOf(t, rowTable(findings, [0.5, 0.1])), { places: true });
  assert.deepEqual(
    read,
    findings.map(({ notrain: _, ...finding }) => finding),
  );
});

test('readScoredRows() takes tables without places, unless these are asked for', (t) => {
  const file = tableOf(t, 'probability,class,seriesuid\n0.5,1,a\n0.25,0,b\n');
  assert.deepEqual(
    readScoredRows(file).map(({ probability }) => probability),
    [0.5, 0.25],
  );
  assert.throws(() => readScoredRows(file, { places: true }), /expected a column coordX/);
});

test('readScoredRows() names the line of what is no class and no probability, and refuses one class alone', (t) => {
  const of = (rows: string) => () => readScoredRows(tableOf(t, `seriesuid,class,probability\n${rows}`));
  assert.throws(of('a,2,0.5\n'), /line 2.*class: expected 0 or 1, received 2|:2: class: expected 0 or 1/);
  assert.throws(of('a,1,0.5\nb,0,1.5\n'), /probability: expected 0 to 1, received 1\.5/);
  assert.throws(of('a,1,0.5\nb,1,0.5\n'), /expected rows of both classes, received 2 of class 1 alone/);
  assert.throws(of(''), /expected rows of both classes, received no row/);
});
