import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createDeclarations, type Declarations } from '../../../src/kernel/cells/declarations.js';
import type { Ts } from '../../../src/kernel/typescript/compiler.js';

const ts = createRequire(import.meta.url)('@tslab/typescript-for-tslab') as Ts;

/** A cell whose declarations come out as `declared`, beside those it was given, less the names that it declares anew. */
function cell(declarations: Declarations, code: string, declared: string, gone: RegExp = /(?!)/): string {
  const given = declarations.usedBy(code);
  const kept = given.text.split('\n').filter((line) => !gone.test(line));
  declarations.update(given, [declared, ...kept].join('\n'));
  return given.text;
}

test('usedBy() gives the declarations that a cell can mean, and what these mean', () => {
  const declarations = createDeclarations(ts);
  cell(declarations, '', 'interface Scan {\n  uid: Uid;\n}\ntype Uid = string;');
  cell(declarations, 'scan', 'declare const scan: Scan;');
  cell(
    declarations,
    'other',
    'declare const other: number, another: string;\nimport { a as b, c } from "x";',
  );
  assert.equal(
    cell(declarations, 'scan.uid', ''),
    'declare const scan: Scan;\ninterface Scan {\n  uid: Uid;\n}\ntype Uid = string;',
  );
  assert.equal(cell(declarations, 'c()', ''), 'import { a as b, c } from "x";');
  assert.equal(declarations.usedBy('nothing of these').text, '');
  assert.match(declarations.all(), /interface Scan/);
  assert.match(declarations.all(), /another: string/);
});

test('update() drops what the cell declared anew', () => {
  const declarations = createDeclarations(ts);
  cell(declarations, '', 'declare const a: number;\ndeclare const b: string;');
  cell(declarations, 'const a = "x"', 'declare const a: string;', /a: number/);
  assert.equal(declarations.usedBy('a').text, 'declare const a: string;');
  assert.equal(declarations.usedBy('b').text, 'declare const b: string;');
});

test('a namespace holds for the cells that name it, though tslab forgets it', () => {
  const declarations = createDeclarations(ts);
  cell(declarations, '', 'declare namespace Units { const mm: number; }');
  for (let i = 0; i < 3; i++) assert.match(cell(declarations, 'Units.mm', '', /./), /namespace Units/);
  assert.equal(cell(declarations, '1', ''), '');
  cell(declarations, 'namespace Units {}', 'declare namespace Units { const cm: number; }', /mm/);
  assert.equal(declarations.usedBy('Units').text, 'declare namespace Units { const cm: number; }');
});

test('`declare global` holds for every later cell, until one declares the same anew', () => {
  const declarations = createDeclarations(ts);
  const second = 'declare global { interface Array<T> { second(): T; } var shared: number; }';
  const third = 'declare global { interface Array<T> { third(): T; } }';
  cell(declarations, second, second);
  cell(declarations, third, third);
  assert.equal(declarations.usedBy('1').globals, `${second}\n${third}`);
  assert.equal(declarations.usedBy('1').text, '');
  const anew = 'declare global { var shared: string; }';
  assert.equal(declarations.usedBy(anew).globals, third);
  cell(declarations, anew, anew);
  assert.equal(declarations.usedBy('1').globals, `${third}\n${anew}`);
});

test('two interfaces of `declare global` are merged as in two files: by names and keys, with all other signatures', () => {
  const declarations = createDeclarations(ts);
  const bag = (members: string): string => `declare global { interface Bag { ${members} } }`;
  const [texts, numbers, call] = [
    '[key: string]: unknown',
    '[at: number]: string',
    '(key: string): void',
  ].map(bag);
  for (const text of [texts!, numbers!, call!, bag('(at: number): void'), call!])
    cell(declarations, text, text);
  assert.equal(
    declarations.usedBy('1').globals,
    [texts, numbers, bag('(at: number): void'), call].join('\n'),
  );
  // TypeScript itself refuses a second signature of one key (TS2374): here the later cell's takes its place.
  const anew = bag('[at: number | symbol]: number');
  assert.equal(declarations.usedBy(anew).globals, [texts, bag('(at: number): void'), call].join('\n'));
});

test('usedBy() keeps the modules that cells have named, so that the compiler does', () => {
  const declarations = createDeclarations(ts);
  cell(
    declarations,
    '',
    'import { a } from "x";\ndeclare const b: import("./y").B;\ndeclare const c: string;',
  );
  const { text, globals } = declarations.usedBy('c');
  assert.deepEqual([text, globals], ['declare const c: string;', 'import "x";\nimport "./y";\n']);
});

test('usedBy() stays small however many cells there were', () => {
  const declarations = createDeclarations(ts);
  for (let i = 0; i < 1000; i++) {
    const text = cell(declarations, `const v${i} = v${i - 1} + 1`, `declare const v${i}: number;`);
    assert.ok(text.length < 100);
  }
  assert.equal(declarations.all().split('\n').length, 1000);
});
