import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRun } from '../../../src/kernel/cells/cellContext.js';
import { createCells } from '../../../src/kernel/cells/cells.js';
import { moduleLowering } from '../../../src/kernel/cells/lowering.js';
import { CellModules } from '../../../src/kernel/cells/modules.js';
import { createStackPlaces } from '../../../src/kernel/cells/stackPlaces.js';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import type { Message } from '../../../src/kernel/wire/protocol.js';
import { REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
const compiler = createCellCompiler();
const places = createStackPlaces();
const cells = createCells(
  compiler,
  new CellModules({ root: REPOSITORY_ROOT, lower: moduleLowering(compiler.ts, places) }),
  places,
  (work) => work(),
);
const elsewhere = mkdtempSync(join(tmpdir(), 'voxlab-today-'));
after(() => {
  compiler.close();
  rmSync(elsewhere, { recursive: true });
});

let number = 0;
async function resultOf(code: string): Promise<unknown> {
  const outcome = await cells.run(code, createRun({} as Message, `${++number}`));
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.evalue);
  return outcome.value;
}
const codesOf = (code: string): number[] =>
  compiler.check(code, cells.declarations()).diagnostics.map((said) => said.code);

test('cells: a last value behind `using` is shown, whatever the kind of `using`', async () => {
  await resultOf(`const ended: string[] = [];
    const open = (name: string) => ({ name, [Symbol.dispose]() { ended.push(name); }, async [Symbol.asyncDispose]() { ended.push(name + ' later'); } });`);
  assert.equal(await resultOf("using first = open('first'); first.name.length"), 5);
  assert.equal(
    await resultOf("await using second = open('second'); await null; second.name + '!'"),
    'second!',
  );
  assert.deepEqual(await resultOf('ended.splice(0)'), ['first', 'second later']);
  assert.deepEqual(
    await resultOf(
      "for (using each = open('head'); ended.length < 1; ) { ended.push(each.name); } ended.splice(0)",
    ),
    ['head', 'head'],
  );
  assert.deepEqual(codesOf('using wrong = { name: 1 };'), [2850]);
});

test('cells: decorators of the language, with their context, also those of earlier cells', async () => {
  await resultOf(`const seen: string[] = [];
    function logged<T extends (...args: never[]) => unknown>(method: T, context: ClassMethodDecoratorContext): T {
      seen.push(String(context.name));
      return method;
    }`);
  assert.deepEqual(
    await resultOf('class Scan { @logged size(): number { return 3; } } [new Scan().size(), ...seen]'),
    [3, 'size'],
  );
  assert.equal(
    await resultOf(
      'function doubled(_: undefined, context: ClassFieldDecoratorContext) { return (value: number) => 2 * value; } class Own { @doubled edge = 4; accessor slice = 1; } new Own().edge + new Own().slice',
    ),
    9,
  );
});

test('cells: const type parameters, satisfies, NoInfer, and predicates that TypeScript infers', async () => {
  assert.deepEqual(
    await resultOf(
      'function names<const T extends readonly string[]>(...all: T): T { return all; } names("a", "b")',
    ),
    ['a', 'b'],
  );
  assert.deepEqual(codesOf('const two: readonly ["a", "b"] = names("a", "b");'), []);
  assert.deepEqual(
    codesOf('const lengths: number[] = [1, undefined].filter((each) => each !== undefined);'),
    [],
  );
  assert.deepEqual(
    codesOf('const window = { width: 1500 } satisfies Record<string, number>; window.widht;'),
    [2551],
  );
  assert.deepEqual(
    codesOf('function pick<T>(all: T[], first: NoInfer<T>): T { return first; } pick(["a"], 1);'),
    [2345],
  );
});

test('cells: JSON and TypeScript from outside of the root, by static and dynamic import, and anew when edited', async () => {
  const json = join(elsewhere, 'scan.json');
  const module = join(elsewhere, 'own.ts');
  writeFileSync(json, '{ "uid": "a", "slices": 3 }');
  writeFileSync(module, 'export function twice(n: number): number { using nothing = null; return 2 * n; }');
  const code = `import scan from '${json}' with { type: 'json' }; import { twice } from '${module}'; twice(scan.slices)`;
  assert.equal(await resultOf(code), 6);
  assert.deepEqual(codesOf(`import scan from '${json}' with { type: 'json' }; scan.nothing`), [2339]);
  writeFileSync(module, "export function twice(n: number): string { return n + '' + n; }");
  assert.equal(await resultOf(code), '33');
  assert.equal(await resultOf(`(await import('${json}', { with: { type: 'json' } })).default.uid`), 'a');
});

test('cells: the library has what this Node has, and no more', () => {
  const given = (isThere: boolean, code: string) =>
    assert.deepEqual(codesOf(code).length === 0, isThere, code);
  given(true, '[3, 1].toSorted().at(-1)! + [1].findLast((each) => each > 0)!');
  given('groupBy' in Object, 'Object.groupBy([1, 2], (each) => each % 2)');
  given('union' in Set.prototype, 'new Set([1]).union(new Set([2])).size');
  given('try' in Promise, 'Promise.try(() => 1)');
  given('DisposableStack' in globalThis, 'new DisposableStack().dispose()');
});
