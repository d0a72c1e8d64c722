import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { readNotebook } from '../../../src/kernel/notebooks/notebookFile.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-notebook-'));
after(() => rmSync(folder, { recursive: true }));

function read(notebook: unknown): ReturnType<typeof readNotebook> {
  const file = join(folder, 'one.ipynb');
  writeFileSync(file, typeof notebook === 'string' ? notebook : JSON.stringify(notebook));
  return readNotebook(file);
}

const CELL = { cell_type: 'code', source: ['let A = 1;\n', 'A'], metadata: { tags: ['parameters'] } };

test('readNotebook() gives a notebook as it is: source as text or lines, with and without metadata', () => {
  const cells = [CELL, { cell_type: 'markdown', source: '# One' }];
  assert.deepEqual(read({ cells, nbformat: 4, nbformat_minor: 5, metadata: {} }).cells, cells);
});

test('readNotebook() lets formats before 4 through, which nbclient brings up to date', () => {
  assert.equal(read({ worksheets: [], nbformat: 3 }).nbformat, 3);
});

test('readNotebook() names the cell and what in it is wrong', () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    ['{', /one\.ipynb: expected a notebook, in JSON/],
    ['null', /expected an object, received null/],
    [{ nbformat: 4 }, /cells: expected a list, received nothing/],
    [{ cells: [CELL, 7] }, /cells\[1\]: expected an object, received 7/],
    [{ cells: [{ ...CELL, cell_type: 1 }] }, /cells\[0\]\.cell_type: expected a text, received 1/],
    [{ cells: [{ ...CELL, source: [1] }] }, /cells\[0\]\.source\[0\]: expected a text/],
    [{ cells: [{ ...CELL, metadata: { tags: 'x' } }] }, /cells\[0\]\.metadata\.tags: expected a list/],
    [{ cells: [], nbformat: 'x' }, /nbformat: expected a whole number/],
  ];
  for (const [notebook, message] of wrong)
    assert.throws(
      () => read(notebook),
      (error) => error instanceof InputError && message.test(error.message),
      String(message),
    );
});
