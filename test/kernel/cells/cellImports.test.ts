import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createCellImports, withCellImports } from '../../../src/kernel/cells/cellImports.js';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import { inRepository, REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
const plain = createCellCompiler();
const imports = createCellImports(plain.ts, REPOSITORY_ROOT, inRepository('notebooks'));
const compiler = withCellImports(plain, imports);
after(() => plain.close());

test("pathOf() leads from the notebook's folder to the compiled form of the project's own sources", () => {
  for (const ending of ['.js', '.ts', ''])
    assert.equal(
      imports.pathOf(`../src/volumes/voxels/geometry${ending}`),
      './dist/src/volumes/voxels/geometry.js',
    );
  assert.equal(imports.pathOf('../src'), './dist/src/index.js');
  assert.equal(
    imports.pathOf('./src/volumes/voxels/geometry.js'),
    './dist/src/volumes/voxels/geometry.js',
    'from the root',
  );
  assert.equal(imports.pathOf('../package.json'), './package.json');
  assert.equal(imports.pathOf('../dist/src/index.js'), './dist/src/index.js');
});

test('pathOf() leaves packages and what does not exist as they are', () => {
  for (const name of ['voxlab', 'node:fs', '../no/such/file.js']) assert.equal(imports.pathOf(name), name);
});

test('check() gives such imports their types, and the declarations of the next cell theirs', () => {
  const code =
    "import { crop } from '../src/index.js';\nimport pkg from '../package.json';\nconst name: string = pkg.name;";
  const { diagnostics, moduleText, declarations } = compiler.check(code, '');
  assert.deepEqual(diagnostics, []);
  assert.match(moduleText, /from '\.\/dist\/src\/index\.js'/);
  const [wrong] = compiler.check('const n: number = crop;', declarations).diagnostics;
  assert.equal(wrong?.code, 2322);
  const dynamic = compiler.check("const { crop: again } = await import('../src/index.js'); again;", '');
  assert.deepEqual(dynamic.diagnostics, []);
});

test('complete() and inspect() count in the text of the cell', () => {
  const code = "import { voxelToWorld } from '../src/volumes/voxels/geometry.js'; voxelToW";
  const { matches, start, end } = compiler.complete(code, code.length, '');
  assert.deepEqual(
    { matches, start, end },
    { matches: ['voxelToWorld'], start: code.length - 8, end: code.length },
  );
  assert.match(String(compiler.inspect(code.replace(/W$/, 'World'), code.length - 3, '')), /voxelToWorld\(/);
});

test('check() counts the columns of its complaints in the text of the cell', () => {
  const code =
    "const zero = 0;\nimport { crop } from '../src/index.js'; import { cutScan } from '../src/patches/cutScan.js'; void cutScan; crop.nothing; zero.nothing;";
  const columns = compiler.check(code, '').diagnostics.map(({ line, column }) => [line, column]);
  const line = code.split('\n')[1]!;
  assert.deepEqual(columns.slice(-2), [
    [2, line.indexOf('nothing') + 1],
    [2, line.lastIndexOf('nothing') + 1],
  ]);
});
