import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readersTables } from '../../src/evaluation/readersTables.js';

const HEADER = 'seriesuid,coordX,coordY,coordZ,diameter_mm';

test("readersTables() takes the scans' own rows, the excluded ones beside them, and names a table of other scans", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-readers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [annotations, excluded, others] = ['annotations', 'annotations_excluded', 'others'].map((name) =>
    join(folder, `${name}.csv`),
  ) as [string, string, string];
  writeFileSync(annotations, `${HEADER}\na,1,2,3,6\nb,0,0,0,9\nc,0,0,0,9\n`);
  const uids = new Set(['a', 'b']);
  assert.deepEqual((await readersTables(uids, { annotations }))?.excluded, []);
  writeFileSync(excluded, `${HEADER}\nb,5,5,5,-1\nc,5,5,5,-1\n`);
  const tables = await readersTables(uids, { annotations });
  assert.deepEqual(
    tables?.nodules.map(({ seriesUid, diameterMm }) => [seriesUid, diameterMm]),
    [
      ['a', 6],
      ['b', 9],
    ],
  );
  assert.deepEqual(tables?.excluded.length, 1);
  writeFileSync(others, `${HEADER}\na,5,5,5,-1\na,6,5,5,-1\n`);
  assert.equal((await readersTables(uids, { annotations, excluded: others }))?.excluded.length, 2);
  await assert.rejects(
    () => readersTables(new Set(['x']), { annotations }),
    /annotations\.csv: expected nodules of the 1 scans that are scored, found none.*--annotations/,
  );
  assert.equal(await readersTables(new Set(['x']), {}), undefined, 'no table knows the scan');
});
