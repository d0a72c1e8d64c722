import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../../src/paths.js';
import { exampleFolder } from './exampleFolder.js';

/** A public name, or a type that one leads to, as scripts/declarations.mjs reads it from the compiled declarations. */
interface Declared {
  readonly name: string;
  readonly isValue: boolean;
  readonly docs: string;
  readonly examples: readonly string[];
}
type Read = (folder: string) => {
  readonly exported: readonly Declared[];
  readonly reached: readonly Declared[];
};

const { readDeclarations } = (await import(
  pathToFileURL(inRepository('scripts', 'declarations.mjs')).href
)) as { readDeclarations: Read };
const { exported, reached } = readDeclarations(inRepository('dist', 'src'));

test('every public name, and every type that one leads to, is documented', () => {
  const without = [...exported, ...reached].filter(({ docs }) => docs.trim() === '');
  assert.deepEqual(
    without.map(({ name }) => name),
    [],
    'give each a line of documentation in its source',
  );
});

test('every public function, constant and class has an example', () => {
  const without = exported.filter(({ isValue, examples }) => isValue && examples.length === 0);
  assert.deepEqual(
    without.map(({ name }) => name),
    [],
    'give each an @example in its docstring, as docs/versions.md says',
  );
});

test('the examples compile, run, and say the values that they have', { timeout: 300_000 }, (t) => {
  const folder = exampleFolder(t);
  const files = exported.flatMap(({ name, examples }) =>
    examples.map((example, i) => ({ file: `${name}${i === 0 ? '' : i + 1}`, example })),
  );
  mkdirSync(join(folder, 'examples'));
  for (const { file, example } of files)
    writeFileSync(join(folder, 'examples', `${file}.ts`), programOf(example));
  compile(join(folder, 'examples'));

  const runner = inRepository('dist', 'test', 'program', 'exampleRunner.js');
  const run = spawnSync(process.execPath, [runner, ...files.map(({ file }) => `examples/${file}.js`)], {
    cwd: folder,
    env: { ...process.env, VOXLAB_HOME: folder },
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  assert.equal(run.status, 0, `${run.stdout.slice(-2000)}${run.stderr.slice(-4000)}`);
  const results: { file: string; seconds: number; error?: string }[] = JSON.parse(
    readFileSync(join(folder, 'results.json'), 'utf8'),
  );
  assert.equal(results.length, files.length);
  const failed = results.filter(({ error }) => error !== undefined);
  assert.equal(failed.length, 0, failed.map(({ file, error }) => `\n${file}: ${error}`).join(''));
  const slowest = results.reduce((a, b) => (a.seconds > b.seconds ? a : b));
  t.diagnostic(`${results.length} examples, the slowest ${slowest.file}: ${slowest.seconds.toFixed(1)} s`);
});

/** An example as a program: the names of voxlab are imported, as a notebook's first cell does, and values that it says are compared. */
function programOf(example: string): string {
  const words = new Set(example.match(/\w+/g));
  const names = exported.filter(({ name }) => words.has(name)).map(({ name }) => name);
  const body = example.replaceAll(
    /^(\S.*?);? *\/\/=> (.*)$/gm,
    (_, expression: string, value: string) => `said(${expression}, ${JSON.stringify(value)});`,
  );
  return `import { ${names.join(', ')} } from 'voxlab';
declare function said(value: unknown, expected: string): void;
${body}
`;
}

/** As strict as cells are. */
function compile(folder: string): void {
  const compilerOptions = {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    skipLibCheck: true,
    typeRoots: [inRepository('node_modules', '@types')],
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = spawnSync(process.execPath, [inRepository('node_modules', 'typescript', 'bin', 'tsc')], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(tsc.status, 0, `an example does not compile:\n${tsc.stdout}`);
}
