import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCsvTable } from '../../src/candidates/csvTable.js';
import { csvText } from '../../src/candidates/csvText.js';

test('csvText() quotes what needs it, and readCsvTable() gives the cells back', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-csv-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const text = csvText(
    ['a', 'b'],
    [
      ['1,5 "x"', -0.1],
      ['', 1e-7],
    ],
  );
  assert.equal(text, 'a,b\n"1,5 ""x""",-0.1\n,1e-7\n');
  writeFileSync(join(folder, 't.csv'), text);
  const rows = [...readCsvTable(join(folder, 't.csv'), ['a', 'b'])];
  assert.deepEqual(
    rows.map(({ cells }) => [cells.a, cells.b]),
    [
      ['1,5 "x"', '-0.1'],
      ['', '1e-7'],
    ],
  );
});
