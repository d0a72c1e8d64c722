import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Request } from 'zeromq';
import { inRepository } from '../../src/paths.js';
import { startNode } from '../processes.js';
import { PUBLIC, REACHED } from './declared.js';
import { exampleFolder } from './exampleFolder.js';

test('every public name, and every type that one leads to, is documented', () => {
  const without = [...PUBLIC, ...REACHED].filter(({ docs }) => docs.trim() === '');
  assert.deepEqual(
    without.map(({ name }) => name),
    [],
    'give each a line of documentation in its source',
  );
});

test('the documentation of public names speaks of names that its readers have', () => {
  const theirs = new Set(PUBLIC.map(({ name }) => name));
  const others = [...PUBLIC, ...REACHED].flatMap(({ name, docs }) =>
    [...docs.matchAll(/\b(\w+)\(\)|\w+\.ts\b/g)]
      .filter(([, called]) => called === undefined || !theirs.has(called))
      .map(([mention]) => `${name}: ${mention}`),
  );
  assert.deepEqual(others, [], 'say what it does, not which function or file does it');
});

test('every public function, constant and class has an example', () => {
  const without = PUBLIC.filter(({ isValue, examples }) => isValue && examples.length === 0);
  assert.deepEqual(
    without.map(({ name }) => name),
    [],
    'give each an @example in its docstring, as docs/versions.md says',
  );
});

test('the examples compile, run, and say the values that they have', { timeout: 300_000 }, async (t) => {
  const folder = exampleFolder(t);
  const files = PUBLIC.flatMap(({ name, examples }) =>
    examples.map((example, i) => ({ file: `${name}${i === 0 ? '' : i + 1}`, example })),
  );
  mkdirSync(join(folder, 'examples'));
  for (const { file, example } of files)
    writeFileSync(join(folder, 'examples', `${file}.ts`), programOf(example));
  compile(join(folder, 'examples'));
  await beatsHeart(t, folder);

  const inOne = files.map(({ file }) => `examples/${file}.js`).filter((file) => file !== KERNEL);
  runIn(folder, 'exampleData.js');
  runIn(folder, 'exampleRunner.js', ...inOne);
  const results: { file: string; seconds: number; error?: string }[] = JSON.parse(
    readFileSync(join(folder, 'results.json'), 'utf8'),
  );
  assert.equal(results.length, inOne.length);
  const failed = results.filter(({ error }) => error !== undefined);
  assert.equal(failed.length, 0, failed.map(({ file, error }) => `\n${file}: ${error}`).join(''));
  const slowest = results.reduce((a, b) => (a.seconds > b.seconds ? a : b));
  t.diagnostic(`${files.length} examples, the slowest ${slowest.file}: ${slowest.seconds.toFixed(1)} s`);
});

/** This one makes its process a kernel. */
const KERNEL = 'examples/startKernel.js';

async function beatsHeart(t: TestContext, folder: string): Promise<void> {
  const kernel = startNode(t, [KERNEL], { cwd: folder, env: { ...process.env, VOXLAB_HOME: folder } });
  const heart = new Request({ receiveTimeout: 30_000, linger: 0 });
  t.after(() => heart.close());
  heart.connect(`ipc://${join(folder, 'kernel')}-5`);
  await heart.send('beat');
  const [beat] = await heart.receive();
  assert.equal(String(beat), 'beat', kernel.text());
  kernel.child.kill('SIGKILL');
}

function runIn(folder: string, program: string, ...words: readonly string[]): void {
  const run = spawnSync(process.execPath, [inRepository('dist', 'test', 'program', program), ...words], {
    cwd: folder,
    env: { ...process.env, VOXLAB_HOME: folder },
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  assert.equal(run.status, 0, `${run.stdout.slice(-2000)}${run.stderr.slice(-4000)}`);
}

/** An example as a program: the names of voxlab are imported, as a notebook's first cell does, and values that it says are compared. */
function programOf(example: string): string {
  const words = new Set(example.match(/\w+/g));
  const used = PUBLIC.filter(({ name }) => words.has(name));
  const imports = [...new Set(used.map(({ door }) => door))].map((door) => {
    const names = used.filter((each) => each.door === door).map(({ name }) => name);
    return `import { ${names.join(', ')} } from '${door}';`;
  });
  const body = example.replaceAll(
    /^(\S.*?);? *\/\/=> (.*)$/gm,
    (_, expression: string, value: string) => `said(${expression}, ${JSON.stringify(value)});`,
  );
  return `${imports.join('\n')}
declare function said(value: unknown, expected: string): void;
${body}
export {};
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
