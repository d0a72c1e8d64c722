import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { centerOf, numberCell, readCsvTable, uidCell } from '../../src/candidates/csvTable.js';
import { InputError } from '../../src/errors.js';

function table(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-csv-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 't.csv');
  writeFileSync(file, content);
  return file;
}

test('readCsvTable() finds columns by name in any order, with byte order mark, CRLF, quotes and empty lines', (t) => {
  const file = table(t, '\uFEFFb, a ,c\r\n1,x,9\r\n\r\n"2, or ""3""",y,\r\n');
  assert.deepEqual(
    [...readCsvTable(file, ['a', 'b'])],
    [
      { cells: { a: 'x', b: '1' }, line: 2, names: {} },
      { cells: { a: 'y', b: '2, or "3"' }, line: 4, names: {} },
    ],
  );
});

test('readCsvTable() names file and line of what does not fit', (t) => {
  const fails = (content: string, line: number | undefined, reason: RegExp): void => {
    const file = table(t, content);
    assert.throws(
      () => [...readCsvTable(file, ['a'])],
      (error) => error instanceof InputError && error.line === line && reason.test(error.message),
      content,
    );
  };
  fails('b,c\n1,2\n', 1, /expected a column a, received b, c/);
  fails('a,a\n', 1, /several/);
  fails('a,b\n1,2\n3\n', 3, /expected 2 cells as in the header, received 1/);
  fails('a,b\n"1,2\n', 2, /closed quotes/);
  fails('', undefined, /empty file/);
  assert.throws(() => [...readCsvTable('no/such.csv', ['a'])], /no\/such\.csv: expected a table .*ENOENT/);
});

test('numberCell() and uidCell() refuse what is no number and no uid, with line, column and value', (t) => {
  const file = table(t, 'seriesuid,coordX,coordY,coordZ\nu,1,-2.5,+3.e2\n,nan,,0x10\n');
  const [good, bad] = [...readCsvTable(file, ['seriesuid', 'coordX', 'coordY', 'coordZ'])];
  assert.deepEqual(centerOf(good!, file), [1, -2.5, 300]);
  assert.equal(uidCell(good!, file), 'u');
  assert.throws(() => uidCell(bad!, file), /:3: seriesuid/);
  for (const [column, value] of [
    ['coordX', 'nan'],
    ['coordY', ''],
    ['coordZ', '0x10'],
  ] as const)
    assert.throws(
      () => numberCell(bad!, column, file),
      new RegExp(`:3: ${column}: expected a number, received "${value}"`),
    );
});
