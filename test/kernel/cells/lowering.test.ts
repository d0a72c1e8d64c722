import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import vm from 'node:vm';
import { iterating, resumed, waiting } from '../../../src/kernel/cells/cellAwaits.js';
import { CELL_OBJECT } from '../../../src/kernel/cells/cellObject.js';
import { lowerCell, lowerModule } from '../../../src/kernel/cells/lowering.js';
import type { Ts } from '../../../src/kernel/typescript/compiler.js';

const require = createRequire(import.meta.url);
const ts = require('@tslab/typescript-for-tslab') as Ts;

interface Declared {
  readonly [name: string]: [get: () => unknown, set?: (value: unknown) => void];
}

/** Runs a lowered cell; `exports` holds the names of earlier cells. */
function run(moduleText: string, exports: object = {}) {
  const { script, isAsync } = lowerCell(ts, moduleText);
  const cell = {
    names: {} as Declared,
    result: undefined as unknown,
    declare: (names: Declared) => {
      cell.names = names;
    },
    import: (name: string) => import(name),
    ...{ waiting, resumed, iterating },
  };
  const body = vm.runInThisContext(
    `(${isAsync ? 'async ' : ''}function (exports, require, ${CELL_OBJECT}) {${script}\n})`,
  );
  return { returned: body(exports, require, cell), cell };
}

test('lowerCell() hands names over as accessors: reads and assignments reach the variable of the cell', () => {
  const { cell } = run('let stop = false; function isStopped() { return stop; } export { stop, isStopped };');
  const [isStopped] = [cell.names.isStopped![0]() as () => boolean];
  assert.equal(isStopped(), false);
  cell.names.stop![1]!(true);
  assert.equal(isStopped(), true);
  assert.equal(cell.names.stop![0](), true);
});

test('lowerCell() hands imported names over for reading only: named, default and namespace', () => {
  const { cell } = run(
    "import path, { join as j } from 'node:path'; import * as os from 'node:os'; export { path, j, os }; j; path; os;",
  );
  assert.equal((cell.names.j![0]() as typeof import('node:path').join)('a', 'b'), 'a/b');
  assert.equal((cell.names.path![0]() as typeof import('node:path')).sep, '/');
  assert.equal((cell.names.os![0]() as typeof import('node:os')).EOL, '\n');
  for (const name of ['j', 'path', 'os']) assert.equal(cell.names[name]!.length, 1, name);
});

test('lowerCell() hands over the value of the last expression', () => {
  assert.equal(run('export const tsLastExpr = 1 + 2; export {};').cell.result, 3);
  assert.equal(run('export const tsLastExpr = exports.y.length; export {};', { y: [1, 2] }).cell.result, 2);
});

test('lowerCell() finds out whether the cell waits at its top, not inside of functions', async () => {
  assert.equal(lowerCell(ts, 'const f = async () => { await 1; }; export { f };').isAsync, false);
  for (const text of [
    'await 1;',
    'await (f());',
    'for await (const x of xs) x;',
    'const { a = await f() } = o;',
  ])
    assert.equal(lowerCell(ts, `${text} export {};`).isAsync, true, text);
  const { returned, cell } = run('export const tsLastExpr = await (async () => 7)(); export {};');
  await returned;
  assert.equal(cell.result, 7);
});

test('lowerCell() calls functions of earlier cells without a `this`', () => {
  const exports = {
    thisOf(this: unknown) {
      return this;
    },
  };
  assert.equal(run('export const tsLastExpr = exports.thisOf(); export {};', exports).cell.result, undefined);
});

test('lowerCell() keeps import() a real import and lists the static ones', async () => {
  const { imports, script } = lowerCell(
    ts,
    "import 'a'; import { b } from 'b/c'; await import('node:os'); export { b };",
  );
  assert.deepEqual(imports, ['a', 'b/c']);
  assert.match(script, new RegExp(`waiting\\(${CELL_OBJECT}\\.import\\('node:os'\\)`));
});

test('lowerModule() makes CommonJS of a local module', () => {
  const exports: { one?: number } = {};
  vm.runInThisContext(
    `(function (exports) {${lowerModule(ts, 'export const one = 1;', '/x/one.ts').script}\n})`,
  )(exports);
  assert.equal(exports.one, 1);
});

test("lowerCell() waits for a method's computed name, which belongs to the code around it", async () => {
  const { returned, cell } = run(
    'const name = Promise.resolve("m"); class A { static [await name]() { return 4; } } export const tsLastExpr = A.m();',
  );
  await returned;
  assert.equal(cell.result, 4);
});

test('lowerModule() says what a module imports for its values, and whether it waits at its top level', () => {
  const text =
    "import type { A } from './a';\nimport { B } from './b';\nimport { c } from './c';\nexport * from './d';\nexport const e: B = await c;";
  const { imports, isAsync } = lowerModule(ts, text, '/x/m.ts');
  assert.deepEqual([imports, isAsync], [['./c', './d'], true]);
  assert.equal(
    lowerModule(ts, 'async function f() { await 0; } module.exports = f;', '/x/m.js').isAsync,
    false,
  );
});

test('lowerModule() leaves JavaScript of the older kind as it is', () => {
  const { script } = lowerModule(ts, 'late = 5; module.exports = late; delete globalThis.late;', '/x/old.js');
  const module = { exports: undefined as unknown };
  vm.runInThisContext(`(function (module) {${script}\n})`)(module);
  assert.equal(module.exports, 5);
});
