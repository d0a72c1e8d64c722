import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../../src/paths.js';

type Graph = ReadonlyMap<string, Iterable<string>>;
interface Structure {
  readImports(text: string): string[];
  importedFiles(file: string, names: readonly string[]): string[];
  libraryImports(names: readonly string[]): Set<string>;
  outOfOrder(imports: Graph): string[];
  goneFiles(sources: readonly string[]): string[];
  roomsOf(imports: Graph): Graph;
  circlesOf(graph: Graph): string[][];
}
const structure = (await import(pathToFileURL(inRepository('scripts/structure.mjs')).href)) as Structure;

const graph = (edges: Readonly<Record<string, readonly string[]>>): Graph => new Map(Object.entries(edges));

test('readImports() finds every way to import, and no words of comments', () => {
  const text = `import a from './a.js';
import type { B } from '../b.js';
export { c } from 'c';
const d = await import('@d/d/deep.js'); require('e'); require.resolve('node:f');
// from 'comment'
 * import('comment')
`;
  const names = structure.readImports(text);
  assert.deepEqual(names, ['./a.js', '../b.js', 'c', '@d/d/deep.js', 'e', 'node:f']);
  assert.deepEqual(structure.importedFiles('src/x/y.ts', names), ['src/x/a.ts', 'src/b.ts']);
  assert.deepEqual([...structure.libraryImports(names)], ['c', '@d/d', 'e']);
});

test('outOfOrder() names an import against the stages, and what is no stage', () => {
  const imports = graph({
    'src/volumes/a.ts': ['src/store/b.ts', 'src/errors.ts'],
    'src/store/b.ts': ['src/volumes/a.ts'],
    'src/errors.ts': ['src/version.ts'],
    'src/new/c.ts': [],
  });
  assert.deepEqual(structure.outOfOrder(imports), [
    'src/volumes/a.ts imports src/store/b.ts, which comes after it',
    "src/new/c.ts: 'new' is not a stage; add it to scripts/structure.mjs",
  ]);
});

test('goneFiles() names an entry whose file is gone', () => {
  const there = readdirSync(inRepository('src')).map((name) => `src/${name}`);
  assert.deepEqual(structure.goneFiles(there), []);
  assert.deepEqual(structure.goneFiles(there.filter((name) => name !== 'src/errors.ts')), [
    'FIRST_STAGES names src/errors.ts, which is gone; take it out of scripts/structure.mjs',
  ]);
});

test('circlesOf() finds what reaches itself, of files and of folders', () => {
  const imports = graph({
    'src/s/a.ts': ['src/s/b.ts'],
    'src/s/b.ts': ['src/s/c.ts', 'src/s/deep/d.ts'],
    'src/s/c.ts': ['src/s/a.ts'],
    'src/s/deep/d.ts': ['src/s/e.ts'],
    'src/s/e.ts': ['src/errors.ts'],
  });
  assert.deepEqual(structure.circlesOf(imports), [['src/s/a.ts', 'src/s/b.ts', 'src/s/c.ts']]);
  assert.deepEqual(structure.circlesOf(structure.roomsOf(imports)), [['src/s', 'src/s/deep']]);
  assert.deepEqual(structure.circlesOf(graph({ x: ['y', 'z'], y: ['z'], z: [] })), []);
});
