import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rowProbabilities } from '../../src/evaluation/rowProbabilities.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-probabilities-'));
after(() => rmSync(folder, { recursive: true }));

test('rowProbabilities() finds the rows that a table of predictions names, by scan and place', async () => {
  const file = join(folder, 'p.hdf5');
  await writePatchFile(file, format, provenance, columns, [rowsOf(0, 5)]);
  const patches = await openPatchFile(file);
  const table = join(folder, 'predictions.csv');
  const lines = [4, 1].map((row) =>
    [columns.seriesUid[row], ...columns.centerWorldMm[row]!.map((mm) => mm.toFixed(2)), 0.1 * row].join(),
  );
  const elsewhere = `${columns.seriesUid[0]},999,999,999,0.5`;
  const write = (rows: readonly string[]): void =>
    writeFileSync(table, `${['seriesuid,coordX,coordY,coordZ,probability', ...rows].join('\n')}\n`);
  write([...lines, elsewhere]);
  assert.deepEqual([...rowProbabilities(patches, table)].sort(), [
    [1, 0.1],
    [4, 0.4],
  ]);
  write([elsewhere]);
  assert.throws(() => rowProbabilities(patches, table), /found none of its 5 places/);
  patches.close();
});
