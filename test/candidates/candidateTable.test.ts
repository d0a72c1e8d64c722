import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { candidateTablePath, readCandidates } from '../../src/candidates/candidateTable.js';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-candidates-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
const HEADER = 'seriesuid,coordX,coordY,coordZ,class';

test('candidateTablePath() prefers candidates_V2.csv in a folder, then candidates.csv', (t) => {
  const folder = scratch(t);
  assert.throws(() => candidateTablePath(folder), /expected candidates_V2\.csv or candidates\.csv/);
  writeFileSync(join(folder, 'candidates.csv'), '');
  assert.ok(candidateTablePath(folder).endsWith('candidates.csv'));
  writeFileSync(join(folder, 'candidates_V2.csv'), '');
  assert.ok(candidateTablePath(folder).endsWith('candidates_V2.csv'));
  assert.throws(() => candidateTablePath(join(folder, 'none')), /found nothing/);
});

test('readCandidates() reads world coordinates, class and line', (t) => {
  const file = join(scratch(t), 'c.csv');
  writeFileSync(file, `${HEADER}\na,1,2,3,0\nb,-1.5,2,3,1\n`);
  assert.deepEqual(readCandidates(file), [
    { seriesUid: 'a', centerWorldMm: [1, 2, 3], class: 0, line: 2 },
    { seriesUid: 'b', centerWorldMm: [-1.5, 2, 3], class: 1, line: 3 },
  ]);
});

test('readCandidates() refuses another class, no candidate, and a bad coordinate, with its line', (t) => {
  const file = join(scratch(t), 'c.csv');
  const refuses = (rows: string, reason: RegExp): void => {
    writeFileSync(file, `${HEADER}\n${rows}`);
    assert.throws(() => readCandidates(file), reason);
  };
  refuses('a,1,2,3,2\n', /c\.csv:2: class: expected 0 or 1, received 2/);
  refuses('a,1,2,3,0\na,1,x,3,0\n', /c\.csv:3: coordY: expected a number, received "x"/);
  refuses('', /the table has none/);
});

test("readCandidates() takes the table's own names of columns, and RAS and voxel coordinates", (t) => {
  const file = join(scratch(t), 'own.csv');
  const columns = { seriesuid: 'uid', coordX: 'i', coordY: 'j', coordZ: 'k', class: 'is nodule' };
  writeFileSync(file, 'is nodule,k,j,i,uid,note\n1,3,2,1.5,a,x\n');
  const row = { seriesUid: 'a', class: 1, line: 2 };
  assert.deepEqual(readCandidates(file, { columns, coordinates: 'ras' }), [
    { ...row, centerWorldMm: [-1.5, -2, 3] },
  ]);
  assert.deepEqual(readCandidates(file, { columns, coordinates: 'voxel' }), [
    { ...row, centerVoxel: [1.5, 2, 3] },
  ]);
  assert.throws(() => readCandidates(file), /expected a column seriesuid, received is nodule, k, j, i, uid/);
  writeFileSync(file, 'is nodule,k,j,i,uid\nyes,3,2,1.5,a\n');
  assert.throws(
    () => readCandidates(file, { columns, coordinates: 'ras' }),
    /own\.csv:2: is nodule: expected a number, received "yes"/,
  );
});
