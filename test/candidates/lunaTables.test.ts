import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { officialDifferences, readLunaTables } from '../../src/candidates/lunaTables.js';
import { inRepository } from '../../src/paths.js';

const OFFICIAL = inRepository('..', 'shared', 'data', 'luna16');

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-tables-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test("LUNA16's own tables have its official counts, and agree with each other", {
  skip: existsSync(OFFICIAL) ? false : `no ${OFFICIAL}`,
}, () => {
  const tables = readLunaTables(OFFICIAL);
  assert.deepEqual(tables.counts, {
    series: 888,
    nodules: 1186,
    seriesWithNodule: 601,
    excluded: 35_192,
    excludedOfUnknownSize: 30_513,
    seriesBySubset: [89, 89, 89, 89, 89, 89, 89, 89, 88, 88],
  });
  assert.deepEqual(tables.contradictions, []);
  // The folder has no candidates: the table is too large to keep.
  assert.deepEqual(
    officialDifferences(tables).map(({ what, received }) => [what, received]),
    [
      ['candidates', 'no table'],
      ['positives', 'no table'],
    ],
  );
});

test('readLunaTables() counts nodules that a positive candidate hits, and names series that are not known', (t) => {
  const header = 'seriesuid,coordX,coordY,coordZ';
  const folder = folderOf(t, {
    'seriesuids.csv': 'a\nb\n',
    'annotations.csv': `${header},diameter_mm\na,0,0,0,6\na,50,0,0,6\nc,0,0,0,4\n`,
    'candidates_V2.csv': `${header},class\na,2.9,0,0,1\na,46.9,0,0,1\nb,0,0,0,0\n`,
    'subsets.csv': 'seriesuid,subset\na,0\n',
  });
  const { counts, contradictions } = readLunaTables(folder);
  assert.deepEqual(counts, {
    ...{ series: 2, nodules: 3, seriesWithNodule: 2, candidates: 3, positives: 2 },
    ...{ nodulesWithPositive: 1, seriesBySubset: [1] },
  });
  assert.equal(contradictions.length, 2);
  assert.match(contradictions[0]!, /annotations\.csv: series c is not in .*seriesuids\.csv/);
  assert.match(contradictions[1]!, /series b lies in no subset/);
});

test('readLunaTables() refuses a folder without tables, and a series given twice', (t) => {
  assert.throws(() => readLunaTables(folderOf(t, {})), /expected LUNA16's tables .*found none/);
  assert.throws(() => readLunaTables(folderOf(t, { 'seriesuids.csv': 'a\nb\na\n' })), /received a twice/);
});
