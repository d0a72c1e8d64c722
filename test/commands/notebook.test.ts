import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inRepository } from '../../src/paths.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-notebook-command-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, source: string): string {
  const file = join(folder, `${name}.ipynb`);
  const cell = { cell_type: 'code', id: 'a', metadata: {}, outputs: [], execution_count: null, source };
  writeFileSync(file, JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

function voxlab(...words: string[]) {
  return spawnSync(process.execPath, [inRepository('dist/src/commands/cli.js'), ...words], {
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
  assert.match(run.stderr, /^voxlab: no-such-notebook: expected a notebook, found neither/);
});
