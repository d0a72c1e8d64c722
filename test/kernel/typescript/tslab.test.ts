import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TSLAB_VERSION } from '../../../src/kernel/typescript/compiler.js';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import { inRepository, REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
const compiler = createCellCompiler();
after(() => compiler.close());

test('createCellCompiler() refuses a tslab whose internals it does not know', () => {
  const real = createRequire(import.meta.url);
  const other = ((name: string) =>
    name === 'tslab/package.json' ? { version: '1.0.23' } : real(name)) as NodeJS.Require;
  assert.throws(() => createCellCompiler(other), {
    name: 'EnvironmentError',
    message: `the kernel knows the internals of tslab ${TSLAB_VERSION}, node_modules holds 1.0.23: run npm ci`,
  });
});

test('check() gives declarations that the next cell is checked against', () => {
  const first = compiler.check('interface Scan { uid: string }\nconst scan: Scan = { uid: "a" };', '');
  assert.deepEqual(first.diagnostics, []);
  assert.match(first.declarations, /declare const scan: Scan;/);
  const [wrong] = compiler.check('\nscan.uid.nothing', first.declarations).diagnostics;
  assert.deepEqual(wrong, {
    file: undefined,
    line: 2,
    column: 10,
    length: 7,
    code: 2339,
    message: "Property 'nothing' does not exist on type 'string'.",
  });
});

test('check() is strict: null is not a string, and a parameter needs a type', () => {
  assert.equal(compiler.check('const q: string = null;', '').diagnostics[0]?.code, 2322);
  assert.equal(compiler.check('function f(x) { return x; }', '').diagnostics[0]?.code, 7006);
});

test('check() takes await before a bracket and for await at the top', () => {
  assert.deepEqual(
    compiler.check('const a = await (async () => 1)();\nfor await (const x of [a]) x.toFixed();', '')
      .diagnostics,
    [],
  );
});

test("check() finds types that stand behind a package's exports", () => {
  assert.deepEqual(compiler.check("import { File } from 'h5wasm/node'; File.name", '').diagnostics, []);
});

test('check() keeps the types of the public door: a wrong use of voxlab stops the cell', () => {
  assert.deepEqual(compiler.check("import { display } from 'voxlab';\ndisplay(1);", '').diagnostics, []);
  assert.equal(
    compiler.check("import { messageOf } from 'voxlab';\nconst n: number = messageOf(1);", '').diagnostics[0]
      ?.code,
    2322,
  );
});

test('inspect() shows the documentation of a public name with its example, and says what is deprecated', () => {
  const code = "import { brierScore } from 'voxlab'; brierScore";
  assert.match(
    String(compiler.inspect(code, code.length - 2, '')),
    /function brierScore\([\s\S]*\n\nMean squared distance[^\n]*\n\nExample:\nbrierScore\(\[0\.9, 0\.2\], \[1, 0\]\)/,
  );
  const own = '/**\n * Mine.\n * @deprecated since 0.2.0: take b\n */\nconst a = 1; a';
  assert.match(
    String(compiler.inspect(own, own.length - 1, '')),
    /Mine\.\n\nDeprecated since 0\.2\.0: take b$/,
  );
});

test('complete() and inspect() know names of earlier cells', () => {
  const { declarations } = compiler.check('/** Voxels of a scan. */\nconst voxelCount = 3;', '');
  const { matches, start, end } = compiler.complete('voxelC', 6, declarations);
  assert.deepEqual(
    { matches: matches.slice(0, 1), start, end },
    { matches: ['voxelCount'], start: 0, end: 6 },
  );
  assert.match(String(compiler.inspect('voxelCount', 2, declarations)), /const voxelCount: 3/);
  assert.equal(compiler.inspect('   ', 1, declarations), undefined);
});

test('check() finds a package that was installed after the compiler began', () => {
  const folder = inRepository('node_modules', 'voxlab-installed-late');
  const code = "import { late } from 'voxlab-installed-late';\nconst n: number = late;";
  assert.equal(compiler.check(code, '').diagnostics[0]?.code, 2307);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"name":"voxlab-installed-late","types":"index.d.ts"}');
    writeFileSync(join(folder, 'index.d.ts'), 'export const late: number;');
    assert.deepEqual(compiler.check(code, '').diagnostics, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("check() declares what a cell takes from a package whose exports do not name the type's file", () => {
  const folder = inRepository('node_modules', 'voxlab-named-exports');
  const files = {
    'package.json': '{"name":"voxlab-named-exports","exports":{".":{"types":"./index.d.ts"}}}',
    'thing.d.ts': 'export interface Thing { n: number }',
    'index.d.ts': "import type { Thing } from './thing.js';\nexport declare function make(): Thing;",
  };
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const cell = "import { make } from 'voxlab-named-exports';\nconst thing = make();";
    const { diagnostics, declarations } = compiler.check(cell, '');
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(compiler.check('const n: number = thing.n;', declarations).diagnostics, []);
    assert.equal(compiler.check('const n: string = thing.n;', declarations).diagnostics[0]?.code, 2322);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Files of a folder outside of the clone. */
const elsewhere = mkdtempSync(join(tmpdir(), 'voxlab-elsewhere-'));
after(() => rmSync(elsewhere, { recursive: true }));
const codesOf = (code: string): number[] => compiler.check(code, '').diagnostics.map((said) => said.code);

test('check() reads the types of own JavaScript, and takes packages without types as any, wherever they lie', () => {
  mkdirSync(join(elsewhere, 'node_modules', 'untyped'), { recursive: true });
  const files = {
    'plain.js': 'export function quad(x) { return x * 4; }',
    'common.cjs': 'module.exports = { anything(x) { return x; } };',
    'data.json': '{ "size": [1, 2, 3] }',
    'typed.ts':
      "import { quad } from './plain.js'; import { seven } from 'untyped'; export const typed: string = String(quad(seven));",
    'node_modules/untyped/package.json': '{"name":"untyped","main":"i.js"}',
    'node_modules/untyped/i.js': 'exports.seven = 7;',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(elsewhere, name), text);
  assert.deepEqual(
    codesOf(`import { quad } from '${elsewhere}/plain.js'; const n: number = quad('any');`),
    [],
  );
  assert.deepEqual(
    codesOf(`import { quad } from '${elsewhere}/plain.js'; const s: string = quad(1);`),
    [2322],
  );
  assert.deepEqual(codesOf(`import common from '${elsewhere}/common.cjs'; common.anything(1).what;`), []);
  assert.deepEqual(codesOf(`import { typed } from '${elsewhere}/typed.ts'; typed.length;`), []);
  assert.deepEqual(codesOf(`import { typed } from '${elsewhere}/typed'; typed.nothing;`), [2339]);
  assert.deepEqual(codesOf(`import data from '${elsewhere}/data.json'; data.size.toFixed();`), [2339]);
});

test('check() finds a file that was written after it was missed, and says what is wrong in a file elsewhere', () => {
  const code = `import { late } from '${elsewhere}/late'; late.toFixed();`;
  assert.deepEqual(codesOf(code), [2307]);
  writeFileSync(join(elsewhere, 'late.ts'), 'export const late: number = 1;');
  assert.deepEqual(codesOf(code), []);
  writeFileSync(join(elsewhere, 'late.ts'), 'export const late: number = "text";');
  const [said] = compiler.check(code, '').diagnostics;
  assert.deepEqual([said?.file, said?.line, said?.code], [join(elsewhere, 'late.ts'), 1, 2322]);
  rmSync(join(elsewhere, 'late.ts'));
  assert.deepEqual(codesOf(code), [2307]);
});

test('check() says of a cell that does not end what is missing, behind its last word', () => {
  const saidOf = (code: string) =>
    compiler.check(code, '').diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`);
  assert.deepEqual(saidOf('const broken = {'), ["1:17 '}' expected, for the '{' at 1:16."]);
  assert.deepEqual(saidOf('const a = 1;\nfunction f() {\n  a;\n\n\n'), [
    "3:5 '}' expected, for the '{' at 2:14.",
  ]);
  assert.deepEqual(saidOf('const list = [1, 2'), ["1:19 ']' expected, for the '[' at 1:14."]);
});
