import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ensureKernelSpec, jupyterEnvironment } from '../../src/kernel/notebooks/jupyter.js';
import { inRepository } from '../../src/paths.js';
import { PYTHON } from '../python.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-papermill-'));
after(() => rmSync(folder, { recursive: true }));
ensureKernelSpec();

interface Cell {
  readonly source: string;
  readonly metadata: { readonly tags?: readonly string[] };
  readonly outputs: readonly { readonly data?: Readonly<Record<string, string>> }[];
}

const PARAMETERS = `let EPOCHS = 1; // how often
let RATE: number = 0.1;
let NAME = 'x';
let FLAG = false;
let FOLDS: number[] = [];
let MORE: string | null = 'n';`;

function notebook(): string {
  const code = (source: string, tags: readonly string[] = []) => ({
    ...{
      id: `c${source.length}`,
      cell_type: 'code',
      source,
      metadata: { tags },
      outputs: [],
      execution_count: null,
    },
  });
  const file = join(folder, 'in.ipynb');
  const metadata = {
    kernelspec: { name: 'voxlab', display_name: 'TypeScript (voxlab)', language: 'typescript' },
  };
  const cells = [
    code(PARAMETERS, ['parameters']),
    code("import { progress } from 'voxlab';\nconst bar = progress({ label: 'work', total: 2 });\nbar"),
    code('bar.update(2); bar.finish();\n({ EPOCHS: EPOCHS + 1, RATE, NAME, FLAG, FOLDS, MORE })'),
  ];
  writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
  return file;
}

function python(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(PYTHON, words, { encoding: 'utf8', env: jupyterEnvironment(), cwd: folder });
}

const cellsOf = (file: string): Cell[] => JSON.parse(readFileSync(file, 'utf8')).cells;
const shown = (cell: Cell): string => [cell.outputs.at(-1)!.data!['text/plain']].flat().join('');

test('papermill runs a notebook with parameters of every kind, behind the cell tagged parameters', () => {
  const out = join(folder, 'out.ipynb');
  const program = inRepository('src', 'kernel', 'notebooks', 'typescriptPapermill.py');
  const yaml = 'FOLDS: [1, 2]\nMORE: null\nNAME: "it\'s \\"é\\" \\\\ 😀"';
  const { status, stderr } = python(
    ...[
      program,
      notebook(),
      out,
      '-p',
      'EPOCHS',
      '3',
      '-p',
      'RATE',
      '1e-3',
      '-p',
      'FLAG',
      'True',
      '-y',
      yaml,
    ],
  );
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /unknown parameter|does not support/);
  const [, injected, bar, last] = cellsOf(out);
  assert.deepEqual(injected!.metadata.tags, ['injected-parameters']);
  assert.match([injected!.source].flat().join(''), /^\/\/ Parameters\n[\s\S]*var EPOCHS = 3;\n/);
  assert.equal(
    shown(last!).replaceAll(/\s+/g, ' '),
    `{ EPOCHS: 4, RATE: 0.001, NAME: \`it's "é" \\\\ 😀\`, FLAG: true, FOLDS: [ 1, 2 ], MORE: null }`,
  );
  assert.match(shown(bar!), /^work: 100 % · 2 of 2 · 0:0\d · done$/, 'changed from a later cell');
  const told = python(program, '--help-notebook', notebook());
  assert.match(told.stdout, /EPOCHS: .*default 1[\s\S]* how often/);
});

test('a cell that fails stops papermill with the lines of the cell', () => {
  const file = notebook();
  const read = JSON.parse(readFileSync(file, 'utf8'));
  read.cells[2].source = "function f(): void { throw new RangeError('no such'); }\nf()";
  writeFileSync(file, JSON.stringify(read));
  const { status, stderr } = python('-m', 'papermill', file, join(folder, 'failed.ipynb'));
  assert.notEqual(status, 0);
  assert.match(stderr, /RangeError.*: no such[\s\S]*at f \(cell\[3\]:1:28\)/);
});

test('jupyter execute runs a notebook and keeps its outputs', () => {
  const file = notebook();
  const { status, stderr } = python(inRepository('.venv', 'bin', 'jupyter-execute'), '--inplace', file);
  assert.equal(status, 0, stderr);
  const cells = cellsOf(file);
  assert.match(shown(cells[2]!), /EPOCHS: 2/);
  assert.match(shown(cells[1]!), /^work: 100 % .* done$/);
});
