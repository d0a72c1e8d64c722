import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createCellModules } from '../../src/kernel/modules.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-modules-'));
after(() => rmSync(root, { recursive: true }));
const at = <T>(work: () => T): T => work();

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
  const modules = createCellModules(root);
  await modules.prepare(['common', 'modern/sub'], at);
  assert.equal((modules.require('common') as { kind: string }).kind, 'common');
  assert.equal((modules.require('modern/sub') as { kind: string }).kind, 'modern');
});

test('import() resolves from the root, with exports, builtins and relative paths', async () => {
  const modules = createCellModules(root);
  writeFileSync(join(root, 'side.mjs'), 'export const kind = "side";');
  assert.equal(((await modules.import('modern/sub')) as { kind: string }).kind, 'modern');
  assert.equal(((await modules.import('./side.mjs')) as { kind: string }).kind, 'side');
  assert.equal(typeof ((await modules.import('node:os')) as typeof import('node:os')).cpus, 'function');
  await assert.rejects(modules.import('missing'), /Cannot find package 'missing'/);
});

test('prepare() leaves the error of a package to the cell that imports it', async () => {
  const modules = createCellModules(root);
  await modules.prepare(['broken', 'missing'], at);
  assert.throws(() => modules.require('broken'), /broken package/);
  assert.throws(() => modules.require('missing'), /Cannot find module 'missing'/);
});

test('setLocal() replaces a local module, and local modules find each other', () => {
  const modules = createCellModules(root);
  const side = (path: string, script: string) => ({ path: join(root, path), script });
  modules.setLocal([
    side('lib/a.js', 'exports.value = require("./b").value + 1;'),
    side('lib/b.js', 'exports.value = 1; exports.common = require("common").kind;'),
  ]);
  assert.equal((modules.require('./lib/a') as { value: number }).value, 2);
  modules.setLocal([side('lib/a.js', 'exports.value = require("./b.js").common;')]);
  assert.equal((modules.require('./lib/a.js') as { value: string }).value, 'common');
});

test('a local module that fails is not half there afterwards: it fails again, or loads anew', async () => {
  const modules = createCellModules(root);
  const script =
    'exports.first = 1; if (globalThis.failing !== false) throw new Error("top level"); exports.last = 2;';
  modules.setLocal([{ path: join(root, 'failing.js'), script }]);
  assert.throws(() => modules.require('./failing'), /top level/);
  await assert.rejects(modules.import('./failing'), /top level/);
  Object.assign(globalThis, { failing: false });
  assert.deepEqual(modules.require('./failing'), { first: 1, last: 2 });
});
