import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rowDiameters } from '../../src/evaluation/rowDiameters.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-diameters-'));
after(() => rmSync(folder, { recursive: true }));

test('rowDiameters() gives a row the nearest nodule of its scan that it lies in', async () => {
  const file = join(folder, 'p.hdf5');
  await writePatchFile(file, format, provenance, columns, [rowsOf(0, 5)]);
  const patches = await openPatchFile(file);
  const table = join(folder, 'annotations.csv');
  const lines = [
    'a,1,2,3.5,8', // row 0 (1, 2, 3): 0.5 mm from its centre
    'a,1,2,6,12', // row 0 lies in it, too, and further from its centre; row 2 (0, 0, 0) outside: 6.4 of 6 mm
    'a,-4.5,5.25,-5,-1', // row 1: of unknown size
    'é,100,200,303.1,6', // row 4: outside, 3.1 of 3 mm
    'é,0,2,3,5', // row 3
    'a,100,200,300,5', // of another scan than row 4
  ];
  writeFileSync(table, `seriesuid,coordX,coordY,coordZ,diameter_mm\n${lines.join('\n')}\n`);
  assert.deepEqual(
    [...rowDiameters(patches, table)],
    [
      [0, 8],
      [3, 5],
    ],
  );
  patches.close();
});
