import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI } from './voxlab.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-notebook-command-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, source: string, parameters?: string): string {
  const file = join(folder, `${name}.ipynb`);
  const code = { cell_type: 'code', outputs: [], execution_count: null };
  const head = { ...code, id: 'p', metadata: { tags: ['parameters'] }, source: parameters };
  const cell = { ...code, id: 'a', metadata: {}, source };
  const cells = parameters === undefined ? [cell] : [head, cell];
  writeFileSync(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

function voxlab(...words: string[]) {
  return spawnSync(process.execPath, [CLI, ...words], {
    encoding: 'utf8',
  });
}

test('notebook run --json prints one document with the copies', () => {
  const run = voxlab('notebook', 'run', write('good', '1 + 1'), '--out', join(folder, 'out'), '--json');
  assert.equal(run.status, 0, run.stderr);
  const { notebooks } = JSON.parse(run.stdout);
  assert.equal(notebooks.length, 1);
  assert.deepEqual(Object.keys(notebooks[0]), ['name', 'seconds', 'cells', 'notebook', 'html']);
  assert.equal(notebooks[0].notebook, join(folder, 'out', 'good.ipynb'));
});

test('notebook run exits 1 with the code, the traceback and a line that names notebook and cell', () => {
  const run = voxlab(
    'notebook',
    'run',
    write('bad', "throw new Error('no scan')"),
    '--out',
    join(folder, 'out'),
    '--json',
  );
  assert.equal(run.status, 1);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, /^throw new Error\('no scan'\)\n-+\nError: no scan\n/);
  assert.match(
    run.stderr.trim().split('\n').at(-1)!,
    /^voxlab: bad, code cell 1: Error: no scan \(outputs so far: .*bad\.ipynb\)$/,
  );
});

test('notebook run --jobs 2 runs two at a time, answers in the order of the names, and one that fails stops the other', () => {
  const meets = (name: string, other: string) =>
    `const fs = require('node:fs');
fs.writeFileSync(${JSON.stringify(join(folder, name))}, '');
while (!fs.existsSync(${JSON.stringify(join(folder, other))})) await new Promise((done) => setTimeout(done, 50));`;
  const both = [write('first', meets('a', 'b')), write('second', meets('b', 'a'))];
  const run = (...files: string[]) =>
    voxlab('notebook', 'run', ...files, '--out', join(folder, 'two'), '--jobs', '2', '--json');
  const met = run(...both);
  assert.equal(met.status, 0, met.stderr);
  const { notebooks } = JSON.parse(met.stdout) as { notebooks: { name: string }[] };
  assert.deepEqual(
    notebooks.map(({ name }) => name),
    ['first', 'second'],
  );

  const endless = write('endless', 'await new Promise((done) => setTimeout(done, 1e9));');
  const failed = run(endless, write('fails', "throw new Error('no scan')"));
  assert.equal(failed.status, 1, failed.stderr);
  assert.match(failed.stderr.trim().split('\n').at(-1)!, /^voxlab: fails, code cell 1: Error: no scan/);
  assert.ok(!existsSync(join(folder, 'two', 'endless.ipynb')));
});

test('notebook run names a notebook that is not there, before any runs', () => {
  const run = voxlab(
    'notebook',
    'run',
    write('good2', '1'),
    'no-such-notebook',
    '--out',
    join(folder, 'none'),
  );
  assert.equal(run.status, 1);
  assert.match(run.stderr, /^voxlab: no-such-notebook: expected a notebook, found none at \S+ or /);
});

test('notebook run -p sets parameters, with the types of their declarations, and -o names the copy', () => {
  const file = write('folds', 'console.log(FOLD + 1, NAME);', 'let FOLD = 0;\nconst NAME = "a";');
  const copy = join(folder, 'copies', 'fold3.ipynb');
  const run = voxlab('notebook', 'run', file, '-p', 'FOLD=3', '-p', 'NAME=third', '-o', copy);
  assert.equal(run.status, 0, run.stderr);
  const { cells } = JSON.parse(readFileSync(copy, 'utf8'));
  assert.deepEqual(
    cells.map(({ metadata }: { metadata: { tags?: string[] } }) => metadata.tags ?? []),
    [['parameters'], ['injected-parameters'], []],
  );
  assert.equal(cells[2].outputs[0].text.join(''), '4 third\n');
  assert.ok(existsSync(join(folder, 'copies', 'fold3.html')));

  const wrongType = voxlab('notebook', 'run', file, '-p', 'FOLD=three', '--out', join(folder, 'out'));
  assert.equal(wrongType.status, 1);
  assert.match(wrongType.stderr, /FOLD = "three"[\s\S]*Type 'string' is not assignable to type 'number'/);
});

test('notebook run -p names unknown parameters, and -o takes one notebook', () => {
  const file = write('folds2', '1', 'let FOLD = 0;');
  const unknown = voxlab('notebook', 'run', file, '-p', 'FOLDS=3');
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /no parameter FOLDS; folds2\.ipynb has FOLD\n$/);
  const two = voxlab('notebook', 'run', file, file, '-o', join(folder, 'x.ipynb'));
  assert.equal(two.status, 2);
  assert.match(two.stderr, /-o names the copy of one notebook, received 2/);
  assert.equal(voxlab('notebook', 'run', file, '-p', 'FOLD').status, 2);
});

test('notebook run refuses two notebooks whose copies would replace each other', () => {
  mkdirSync(join(folder, 'other'));
  const run = voxlab(
    'notebook',
    'run',
    write('same', '1'),
    write('other/same', '1'),
    '--out',
    join(folder, 'out'),
  );
  assert.equal(run.status, 2);
  assert.match(run.stderr, /other\/same\.ipynb would replace that of .*same\.ipynb/);
});
