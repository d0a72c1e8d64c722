import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { moduleLowering } from '../../../src/kernel/cells/lowering.js';
import { CellModules } from '../../../src/kernel/cells/modules.js';
import { createStackPlaces, mapStacks } from '../../../src/kernel/cells/stackPlaces.js';
import type { Ts } from '../../../src/kernel/typescript/compiler.js';
import { createRandom } from '../../../src/random.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-modules-'));
after(() => rmSync(root, { recursive: true }));
const at = <T>(work: () => T): T => work();

const places = createStackPlaces();
mapStacks(places);
const ts = createRequire(import.meta.url)('@tslab/typescript-for-tslab') as Ts;
const newModules = () => new CellModules({ root, lower: moduleLowering(ts, places) });

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** A package below the root, as npm would lay it. */
function install(name: string, description: object, files: Record<string, string>): void {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, ...description }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
}

install('common', { main: 'index.js' }, { 'index.js': 'exports.kind = "common";' });
install(
  'modern',
  { type: 'module', exports: { './sub': { import: './sub.js' } } },
  { 'sub.js': 'await 0; export const kind = "modern";' },
);
install('broken', { main: 'index.js' }, { 'index.js': 'throw new Error("broken package");' });

test('require takes a package that exists only as an ES module with a top-level await, once it is prepared', async () => {
  const modules = newModules();
  await modules.prepare(['common', 'modern/sub'], at);
  assert.equal((modules.require('common') as { kind: string }).kind, 'common');
  assert.equal((modules.require('modern/sub') as { kind: string }).kind, 'modern');
});

test("a package's default export is a default, also where only import() takes it", async () => {
  install(
    'default',
    { type: 'module', exports: { import: './i.js' } },
    { 'i.js': 'await 0; export default class Foo {}; export let count = 1;' },
  );
  write({ 'uses.ts': "import Foo, { count } from 'default'; export const made = [typeof Foo, count];" });
  const modules = newModules();
  await modules.prepare(['./uses'], at);
  assert.deepEqual((modules.require('./uses') as { made: unknown }).made, ['function', 1]);
});

test('import() resolves from the root, with exports, builtins and relative paths', async () => {
  const modules = newModules();
  writeFileSync(join(root, 'side.mjs'), 'export const kind = "side";');
  assert.equal(((await modules.import('modern/sub')) as { kind: string }).kind, 'modern');
  assert.equal(((await modules.import('./side.mjs')) as { kind: string }).kind, 'side');
  assert.equal(typeof ((await modules.import('node:os')) as typeof import('node:os')).cpus, 'function');
  await assert.rejects(modules.import('missing'), /Cannot find package 'missing'/);
});

test('prepare() leaves the error of a package to the cell that imports it', async () => {
  const modules = newModules();
  await modules.prepare(['broken', 'missing'], at);
  assert.throws(() => modules.require('broken'), /broken package/);
  assert.throws(() => modules.require('missing'), /Cannot find module 'missing'/);
});

test('own modules of every kind, by relative and absolute paths, find each other and packages', async () => {
  const files = {
    'lib/a.ts':
      "import { b } from './b.js'; import { kind } from 'common'; import c from './c.cjs'; import data from './data.json' with { type: 'json' };\nimport type { Only } from './types'; export const all: (string | Only)[] = [b, c.name, data.name, kind];",
    'lib/b.ts': "export { b } from './inner';",
    'lib/inner/index.mts': "export const b: string = 'b' satisfies string;",
    'lib/c.cjs': "module.exports = { name: 'c' + require('./plain').plain, isModule: typeof module };",
    'lib/plain.js':
      "#!/usr/bin/env node\nexport const plain = '1'; export const where = import.meta.filename;",
    'lib/data.json': '{ "name": "data" }',
    'lib/types.ts': 'export type Only = never;',
    'lib/view.tsx':
      'const React = { createElement: (...of: unknown[]) => of }; export const view = <b title="x">text</b>;',
  };
  write(files);
  const modules = newModules();
  await modules.prepare(['./lib/a'], at);
  const expected = ['b', 'c1', 'data', 'common'];
  assert.deepEqual((modules.require('./lib/a') as { all: unknown }).all, expected);
  assert.equal(modules.require(join(root, 'lib/a.js')), modules.require('./lib/a.ts'));
  assert.deepEqual(
    ((await modules.import(pathToFileURL(join(root, 'lib/a.ts')).href)) as { all: unknown }).all,
    expected,
  );
  assert.equal((modules.require('./lib/plain') as { where: string }).where, join(root, 'lib/plain.js'));
  assert.deepEqual((modules.require('./lib/view') as { view: unknown }).view, ['b', { title: 'x' }, 'text']);
  assert.deepEqual(modules.require('./lib/data.json'), { name: 'data' });
  assert.equal(((await modules.import('./lib/c.cjs')) as { default: { name: string } }).default.name, 'c1');
  write({
    'lib/named.js': 'exports.name = "named"; exports.self = function () { return this === exports; };',
  });
  const named = (await modules.import('./lib/named.js')) as { name: string; default: { self(): boolean } };
  assert.deepEqual([named.name, named.default.self()], ['named', true]);
});

test('an own module that waits at its top level, and what it needs, run before the cell', async () => {
  write({
    'waits/first.ts': "import { sub } from './sub'; export const value = await Promise.resolve(sub + 1);",
    'waits/sub.ts': "import { kind } from 'modern/sub'; export const sub = kind === 'modern' ? 1 : 0;",
    'waits/above.ts': "import { value } from './first'; export const above = value + 1;",
  });
  const modules = newModules();
  await modules.prepare(['./waits/above'], at);
  assert.equal((modules.require('./waits/above') as { above: number }).above, 3);
  assert.equal(((await newModules().import('./waits/first')) as { value: number }).value, 2);
  assert.throws(() => newModules().require('./waits/first'), /waits \(await\) at its top level/);
});

test('modules three deep, edited in any order, are read anew with all that import them, and nothing else runs again', async () => {
  // 0 imports 1 and 2; 1 imports 3 and 4; 2 imports 4 and 5: each gives its number's version and those below.
  const imports = [[1, 2], [3, 4], [4, 5], [], [], []];
  const versions = [0, 0, 0, 0, 0, 0];
  const runs: number[] = [];
  Object.assign(globalThis, { noteRun: (number: number) => runs.push(number) });
  const edit = (number: number): void => {
    const below = imports[number]!.map((each) => `...require('./m${each}').seen`).join(', ');
    write({
      [`deep/m${number}.js`]: `noteRun(${number}); exports.seen = { ${number}: ${versions[number]}, ${below} };`,
    });
  };
  for (const number of versions.keys()) edit(number);
  const above = (number: number): number[] => [
    number,
    ...imports.flatMap((each, importer) => (each.includes(number) ? above(importer) : [])),
  ];
  const modules = newModules();
  const random = createRandom(4);
  for (let round = 0; round < 60; round++) {
    const edited =
      round === 0 ? [...versions.keys()] : [random.integer(6), random.integer(6)].slice(random.integer(3));
    for (const number of edited) {
      versions[number] = (versions[number]! + 1) % 10; // the size stays
      edit(number);
    }
    runs.length = 0;
    await modules.prepare(['./deep/m0.js'], at);
    const { seen } = modules.require('./deep/m0') as { seen: Record<number, number> };
    assert.deepEqual(seen, { ...versions });
    assert.deepEqual(runs.sort(), [...new Set(edited.flatMap(above))].sort());
  }
});

test('an own module that fails is not half there afterwards: it fails again, or loads anew', async () => {
  write({
    'failing.ts':
      'export const first = 1; if ((globalThis as any).failing !== false) throw new Error("top level"); export const last = 2;',
  });
  const modules = newModules();
  assert.throws(() => modules.require('./failing'), /top level/);
  await assert.rejects(modules.import('./failing'), /top level/);
  Object.assign(globalThis, { failing: false });
  assert.deepEqual({ ...(modules.require('./failing') as object) }, { first: 1, last: 2 });
});

test('voxlab is found from any folder', async () => {
  const modules = newModules();
  await modules.prepare(['voxlab'], at);
  assert.equal(typeof (modules.require('voxlab') as { readVolume: unknown }).readVolume, 'function');
  assert.equal(modules.require('voxlab'), await modules.import('voxlab'));
});

test('a stack names the lines of own modules', () => {
  write({
    'thrower.ts':
      'interface Long {\n  a: number;\n}\n\nexport function thrower(long: Long): never {\n  throw new RangeError(String(long.a));\n}',
  });
  const thrower = newModules().require('./thrower') as { thrower(long: object): never };
  assert.throws(
    () => thrower.thrower({ a: 1 }),
    ({ stack }: Error) => stack!.includes(`thrower (${join(root, 'thrower.ts')}:6:9)`),
  );
});
