import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findNotebook, runNotebook } from '../../../src/kernel/notebooks/notebookRun.js';
import { inRepository } from '../../../src/paths.js';
import { runPython } from '../../python.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-notebooks-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, ...sources: string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    metadata: {},
    outputs: [],
    execution_count: null,
    source,
  }));
  const metadata = {
    kernelspec: { name: 'voxlab', display_name: 'TypeScript (voxlab)', language: 'typescript' },
  };
  const file = join(folder, `${name}.ipynb`);
  writeFileSync(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

test('runNotebook() executes through a kernel and writes the copy with its outputs and an HTML page', async () => {
  const file = write('good', 'const a = 20;', 'console.log("printed"); a + 1');
  const run = await runNotebook(file, { outFolder: join(folder, 'out'), timeoutSeconds: 60 });
  assert.deepEqual(
    { name: run.name, cells: run.cells, error: run.error },
    { name: 'good', cells: 2, error: null },
  );
  const [, second] = JSON.parse(readFileSync(run.notebook, 'utf8')).cells;
  assert.equal(second.execution_count, 2);
  assert.deepEqual(
    second.outputs.map((output: { output_type: string }) => output.output_type),
    ['stream', 'execute_result'],
  );
  assert.match(readFileSync(run.html, 'utf8'), /printed/);
  assert.equal(
    JSON.parse(readFileSync(file, 'utf8')).cells[1].outputs.length,
    0,
    'the notebook itself is left alone',
  );
});

test('runNotebook() gives cell, code, name, message and traceback of the first error', async () => {
  const file = write(
    'bad',
    'const a = 1;',
    'function f(): never {\n  throw new RangeError("too far");\n}\nf();',
    '1',
  );
  const { error, notebook } = await runNotebook(file, { outFolder: join(folder, 'out'), timeoutSeconds: 60 });
  assert.equal(error?.cell, 2);
  assert.match(String(error?.code), /^function f/);
  assert.deepEqual([error?.ename, error?.evalue], ['RangeError', 'too far']);
  assert.match(
    String(error?.traceback),
    /^RangeError: too far\n[\s\S]*--> 2 .*throw new RangeError[\s\S]*at f \(cell\[2\]:2:9\)/,
  );
  assert.equal(JSON.parse(readFileSync(notebook, 'utf8')).cells[1].outputs[0].output_type, 'error');
});

test('runNotebook() names the cell that takes too long', async () => {
  const { error } = await runNotebook(
    write('slow', '1', 'await new Promise(() => setInterval(() => {}, 1000));'),
    {
      outFolder: join(folder, 'out'),
      // Long enough for the first cell, which waits for the compiler, on a busy machine.
      timeoutSeconds: 10,
    },
  );
  assert.deepEqual(
    [error?.cell, error?.ename, error?.evalue],
    [2, 'Timeout', 'the cell took more than 10 s'],
  );
});

test('runNotebook() stops when its signal aborts', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 3000);
  const file = write('endless', 'while (true) {}');
  const options = { outFolder: join(folder, 'out'), timeoutSeconds: 60, signal: controller.signal };
  await assert.rejects(runNotebook(file, options), { name: 'InterruptedError', message: /endless\.ipynb/ });
});

test('runNotebook() stops when its signal was aborted before it began', async () => {
  const file = write('stopped', 'await new Promise((done) => setTimeout(done, 1e6));');
  const options = { outFolder: join(folder, 'out'), timeoutSeconds: 600, signal: AbortSignal.abort() };
  await assert.rejects(runNotebook(file, options), { name: 'InterruptedError', message: /stopped\.ipynb/ });
});

test('findNotebook() takes a path with or without its ending, and says where it looked', () => {
  const file = write('found', '1');
  assert.equal(findNotebook(file), file);
  assert.equal(findNotebook(file.replace('.ipynb', '')), file);
  assert.throws(
    () => findNotebook('no-such'),
    /^InputError: no-such: expected a notebook, found none at .*no-such\.ipynb or .*notebooks\/no-such\.ipynb/,
  );
});

test('runNotebook() says at once what cannot be read, written or replaced', async () => {
  const file = write('input', '1');
  const link = join(folder, 'link.ipynb');
  symlinkSync(file, link);
  mkdirSync(join(folder, 'taken.ipynb'));
  const textOf = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const old = textOf('old.ipynb', '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}');
  const parameters = { EPOCHS: 3 };
  for (const [path, more, said] of [
    [file, { outFile: link }, /^UsageError: the executed copy would replace the notebook/],
    [file, { outFile: join(folder, 'taken.ipynb') }, /^EnvironmentError: .*taken\.ipynb cannot be written/],
    [file, { outFolder: file }, /^EnvironmentError: the folder .*input\.ipynb cannot be made/],
    [textOf('text.ipynb', 'hello'), {}, /^InputError: .*text\.ipynb: expected a notebook, in JSON/],
    [
      textOf('list.ipynb', '[1]'),
      { parameters },
      /^InputError: .*list\.ipynb: expected an object, received \[1\]/,
    ],
    [textOf('null.ipynb', 'null'), {}, /^InputError: .*null\.ipynb: expected an object, received null/],
    [join(folder, 'taken.ipynb'), {}, /^InputError: .*taken\.ipynb: expected a notebook/],
    [old, { parameters }, /^InputError: .*format 4 for -p, received format 3: open and save it/],
  ] as const)
    await assert.rejects(
      runNotebook(path, { outFolder: join(folder, 'out'), timeoutSeconds: 60, ...more }),
      (error) => said.test(String(error)),
      String(said),
    );
});

test('the programs of notebooks start without the grammar that jsonschema builds, and notebooks are validated as ever', () => {
  const said = runPython<{ grammar: boolean; refused: string }>(
    `
import json, sys
sys.path.insert(0, json.load(sys.stdin))
import notebookPage
import nbformat
try:
    nbformat.validate({'nbformat': 4, 'nbformat_minor': 5, 'metadata': {}, 'cells': [{'cell_type': 'code'}]})
except nbformat.ValidationError as error:
    print(json.dumps({'grammar': 'lark' in sys.modules, 'refused': str(error)}))
`,
    inRepository('src/kernel/notebooks'),
  );
  assert.equal(said.grammar, false);
  assert.match(said.refused, /is a required property/);
});
