import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readCandidates } from '../../src/candidates/candidateTable.js';
import { centerOf, numberCell, readCsvTable, uidCell } from '../../src/candidates/csvTable.js';
import { InputError } from '../../src/errors.js';

function table(t: TestContext, content: string | Buffer): string {
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

test('readCsvTable() reads tables separated by semicolons and tabs, quoted too; decimal commas between semicolons', (t) => {
  const read = (content: string): unknown[] => {
    const file = table(t, content);
    return Array.from(readCsvTable(file, ['seriesuid', 'coordX']), (row) => [
      uidCell(row, file),
      numberCell(row, 'coordX', file),
      row.line,
    ]);
  };
  const expected = [
    ['u, 1', -1.5, 2],
    ['v', 20, 3],
  ];
  assert.deepEqual(read('seriesuid;coordX\nu, 1;-1,5\nv;2e1\n'), expected);
  assert.deepEqual(read('\uFEFFcoordX;note;seriesuid\r\n-1.5;;u, 1\r\n20;x,y;v\r\n'), expected);
  assert.deepEqual(read('"seriesuid";"note;";"coordX"\n"u, 1";"a;b";"-1,5"\n"v";;"20,0"\n'), expected);
  assert.deepEqual(read('seriesuid\tcoordX\tnote\nu, 1\t-1.5\t\n"v"\t20\t"a\tb"\n'), expected);
  // Commas give both columns.
  assert.deepEqual(read('seriesuid,a;b,coordX\n"u, 1",c;d,-1.5\n'), [['u, 1', -1.5, 2]]);
});

test('readCsvTable() reads what spreadsheets leave: a line sep=, line ends of any system, separators at the end', (t) => {
  const read = (content: string): unknown[] =>
    Array.from(readCsvTable(table(t, content), ['a', 'b']), ({ cells, line }) => [cells.a, cells.b, line]);
  const expected = [
    ['1', '2', 2],
    ['3', '', 3],
  ];
  const plain = 'a,b\n1,2\n3,\n';
  for (const lineEnd of ['\r', '\r\n', '\n'])
    assert.deepEqual(read(plain.replaceAll('\n', lineEnd)), expected, JSON.stringify(lineEnd));
  assert.deepEqual(read('a,b\n1,2,\n3,,\n'), expected, 'in the rows');
  assert.deepEqual(read('a,b,,\n1,2\n3,\n'), expected, 'in the header');
  assert.deepEqual(read('a,b,\n1,2,\n3,,\n'), expected, 'in both');
  assert.deepEqual(read('a,b,\n1,2,9\n3,,9\n'), expected, 'a column without a name');
  const below = expected.map(([a, b, line]) => [a, b, Number(line) + 1]);
  assert.deepEqual(read('sep=;\r\na;b\r\n1;2\r\n3;\r\n'), below);
  assert.deepEqual(read('\uFEFF"sep=\t"\na\tb\n1\t2\n3\t\n'), below);
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
  fails('a,b\n"1,2\n', 2, /quotes that are closed in the same line/);
  fails('', undefined, /empty file/);
  assert.throws(
    () => [...readCsvTable('no/such.csv', ['a'])],
    /no\/such\.csv: expected a table, found nothing: see that its path is right/,
  );
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

const HEADER = 'seriesuid,coordX,coordY,coordZ,class\n';
const GOOD = 'u,1,2,3,0\n';

/** A table, the line that is named, and the reason. */
const MALFORMED: readonly (readonly [
  what: string,
  content: string | Buffer,
  line: number,
  reason: RegExp,
])[] = [
  ['no coordZ', 'seriesuid,coordX,coordY,class\n', 1, /expected a column coordZ, received seriesuid, coordX/],
  ['coordX twice', `coordX,${HEADER}`, 1, /expected one column coordX, received several/],
  ['other case', HEADER.toLowerCase(), 1, /expected a column coordX/],
  [
    'bars',
    HEADER.replaceAll(',', '|'),
    1,
    /received seriesuid\|coordX.*; the columns .* commas, semicolons or tabs/,
  ],
  ['spaces', HEADER.replaceAll(',', ' '), 1, /expected a column seriesuid, received seriesuid coordX/],
  [
    'a header of commas over semicolons',
    `${HEADER}u;1;2;3;0\n`,
    2,
    /expected 5 cells as in the header, received 1/,
  ],
  [
    'decimal commas between commas',
    `${HEADER}u,1,5,2,3,0\n`,
    2,
    /received 6; .*decimal commas needs semicolons/,
  ],
  [
    'decimal commas between tabs',
    `${HEADER}u,1.5,2,3,0\n`.replaceAll(',', '\t').replace('.', ','),
    2,
    /coordX: .*decimal commas .* semicolons.*received "1,5"/,
  ],
  [
    'both decimal marks',
    `${HEADER}u,1.5,2,3,0\nu,1,2.5,3,0\n`.replaceAll(',', ';').replace('2.5', '2,5'),
    3,
    /coordY: expected a number with a decimal point as in line 2, received "2,5"/,
  ],
  [
    'points behind commas',
    `${HEADER}u,1,2.5,3,0\nu,1,2,3.5,0\n`.replaceAll(',', ';').replace('2.5', '2,5'),
    3,
    /coordZ: expected a number with a decimal comma as in line 2, received "3.5"/,
  ],
  [
    'thousands',
    `${HEADER}u,1,2,3,0\n`.replaceAll(',', ';').replace(';1;', ';1.000,5;'),
    2,
    /coordX: expected a number, received "1.000,5"/,
  ],
  [
    'annotations.csv',
    'seriesuid,coordX,coordY,coordZ,diameter_mm\nu,1,2,3,4\n',
    1,
    /expected a column class, .*annotations\.csv, nodules without a class: expected its candidates_V2\.csv/,
  ],
  [
    'other names',
    'SeriesInstanceUID,x,y,z,label\n',
    1,
    /expected a column seriesuid, .*--columns seriesuid=SeriesInstanceUID,coordX=x,coordY=y,coordZ=z,class=label$/,
  ],
  ['no header', GOOD, 1, /expected a column seriesuid, received u, 1, 2, 3, 0/],
  ['a byte 0 in a cell', `${HEADER}${GOOD}u\0,1,2,3,0\n`, 3, /received a byte 0/],
  ['bytes 0 behind the end', `${HEADER}${GOOD}\0\0\0`, 3, /received a byte 0/],
  [
    'UTF-16, little-endian',
    Buffer.from(`\uFEFF${HEADER}${GOOD}`, 'utf16le'),
    1,
    /received UTF-16; save the table/,
  ],
  ['UTF-16, big-endian', Buffer.from(`\uFEFF${HEADER}`, 'utf16le').swap16(), 1, /received UTF-16/],
  ['UTF-16 without its mark', Buffer.from(HEADER, 'utf16le'), 1, /received a byte 0/],
  ['an open quote', `${HEADER}"u,1,2,3,0\n`, 2, /expected quotes .* received "u,1,2,3,0/],
  ['text behind a quote', `${HEADER}"u"x,1,2,3,0\n`, 2, /expected quotes that are closed in the same line/],
  [
    'a line break in quotes',
    `${HEADER}"u\nv",1,2,3,0\n`,
    2,
    /expected quotes that are closed in the same line/,
  ],
  ['1e400', `${HEADER}${GOOD}u,1e400,2,3,0\n`, 3, /coordX: expected a number, received "1e400"/],
  ['nan', `${HEADER}u,1,nan,3,0\n`, 2, /coordY: expected a number, received "nan"/],
  ['NaN', `${HEADER}u,1,NaN,3,0\n`, 2, /received "NaN"/],
  ['inf', `${HEADER}u,1,2,inf,0\n`, 2, /coordZ: expected a number, received "inf"/],
  ['-Infinity', `${HEADER}u,1,2,-Infinity,0\n`, 2, /received "-Infinity"/],
  ['decimal comma', `${HEADER}u,"1,5",2,3,0\n`, 2, /decimal commas .* semicolons.*received "1,5"/],
  ['an empty number', `${HEADER}u,,2,3,0\n`, 2, /coordX: expected a number, received ""/],
  ['an empty uid', `${HEADER} ,1,2,3,0\n`, 2, /seriesuid: expected a series uid, received an empty cell/],
  ['class 2', `${HEADER}u,1,2,3,2\n`, 2, /class: expected 0 or 1, received 2/],
  ['class 0.5', `${HEADER}u,1,2,3,0.5\n`, 2, /class: expected 0 or 1, received 0.5/],
  ['a short row', `${HEADER}${GOOD}u,1,2,3\n`, 3, /expected 5 cells as in the header, received 4/],
  ['a long row', `${HEADER}${GOOD}\n${GOOD.trim()},9\n`, 4, /expected 5 cells as in the header, received 6/],
  ['a huge line', `${HEADER}${'x'.repeat(2e6)}\n`, 2, /expected 5 cells as in the header, received 1/],
  ['a huge header', 'x,'.repeat(1e6), 1, /expected a column seriesuid, received x, x/],
  ['a huge cell', `${HEADER}u,${'9'.repeat(2e6)},2,3,0\n`, 2, /coordX: expected a number, received "999/],
  [
    'a huge quoted cell',
    `${HEADER}"${'x""'.repeat(1e6)},2\n`,
    2,
    /expected quotes that are closed in the same line/,
  ],
  [
    'random bytes',
    Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
    1,
    /expected a column seriesuid/,
  ],
];

test(`readCandidates() names file and line of ${MALFORMED.length} kinds of malformed tables, in one short line`, (t) => {
  for (const [what, content, line, reason] of MALFORMED) {
    const file = table(t, content);
    assert.throws(
      () => readCandidates(file),
      (error) => {
        assert.ok(error instanceof InputError, `${what}: ${String(error).slice(0, 300)}`);
        assert.ok(error.message.startsWith(`${file}:${line}: `), `${what}: ${error.message.slice(0, 300)}`);
        assert.match(error.message, reason, what);
        assert.ok(error.message.length < 300 && !error.message.includes('\n'), what);
        return true;
      },
      what,
    );
  }
});

test('readCandidates() says of a table that is empty, or has but a header, that it has no candidates', (t) => {
  for (const content of ['', '\uFEFF', '\n \r\n'])
    assert.throws(
      () => readCandidates(table(t, content)),
      /t\.csv: expected a header line .*received an empty file/,
    );
  for (const content of [HEADER, HEADER.trim(), `${HEADER}\n\r\n`])
    assert.throws(() => readCandidates(table(t, content)), /t\.csv: expected candidates, the table has none/);
});
