import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  beginCell,
  type CellRun,
  createRun,
  rememberCellsInTimers,
} from '../../../src/kernel/cells/cellContext.js';
import { createCells } from '../../../src/kernel/cells/cells.js';
import { moduleLowering } from '../../../src/kernel/cells/lowering.js';
import { CellModules } from '../../../src/kernel/cells/modules.js';
import { createStackPlaces, mapStacks } from '../../../src/kernel/cells/stackPlaces.js';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import type { Message } from '../../../src/kernel/wire/protocol.js';
import { REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
// An interrupt comes from outside of all cells, so a timer that stands for it must be of none.
const timerOfNoCell = setTimeout;
rememberCellsInTimers();
const compiler = createCellCompiler();
const compiled: boolean[] = [];
const places = createStackPlaces();
mapStacks(places);
const cells = createCells(
  compiler,
  new CellModules({ root: REPOSITORY_ROOT, lower: moduleLowering(compiler.ts, places) }),
  places,
  (work) => {
    compiled.push(true);
    return work();
  },
  200,
);
after(() => compiler.close());

let number = 0;
function newRun(): CellRun {
  return createRun({} as Message, `${++number}`);
}
async function resultOf(code: string): Promise<unknown> {
  const outcome = await cells.run(code, newRun());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.evalue);
  return outcome.value;
}
async function errorIn(code: string): Promise<{ ename: string; evalue: string; traceback: string }> {
  const outcome = await cells.run(code, newRun());
  assert.ok(!outcome.ok, `expected an error of: ${code}`);
  return { ...outcome.error, traceback: outcome.error.traceback.join('\n').replaceAll(/\x1b\[\d+m/g, '') };
}

test('run(): cells share names, and a function of an earlier cell sees a later assignment', async () => {
  await resultOf('let stop = false; const isStopped = () => stop;');
  assert.equal(await resultOf('stop = true; isStopped()'), true);
  assert.deepEqual(await resultOf('const again = { stop }; again'), { stop: true });
  assert.equal(await resultOf('let stop = 5; stop'), 5, 'a name can be declared anew');
  assert.equal(await resultOf('isStopped()'), true, 'the old function keeps the old variable');
});

test('run(): the value is that of the last expression, undefined after a declaration', async () => {
  assert.equal(await resultOf('1; 2'), 2);
  assert.equal(await resultOf('await (async () => null)()'), null);
  assert.equal(await resultOf('const a = 3;'), undefined);
  assert.equal(await resultOf(''), undefined);
});

test('run(): the traceback points at line and column of the cell, also of an earlier one', async () => {
  await resultOf(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the cell's.
    'interface Long { a: number }\n\nfunction inner(long: Long): never {\n  throw new RangeError(`a is ${long.a}`);\n}',
  );
  const defined = number;
  const { ename, evalue, traceback } = await errorIn(
    'const one: number = 1;\nconst two = await Promise.resolve(one);\ninner({ a: two });',
  );
  assert.deepEqual([ename, evalue], ['RangeError', 'a is 1']);
  assert.match(traceback, /--> 4 {4}throw new RangeError/);
  assert.match(traceback, new RegExp(`at inner \\(cell\\[${defined}\\]:4:9\\)`));
  assert.match(traceback, new RegExp(`at cell\\[${defined + 1}\\]:3:\\d+`));
  assert.doesNotMatch(traceback, /src\/kernel|node:/);
});

test('run(): a failed cell keeps what it had declared by then', async () => {
  await errorIn('const kept = 41; throw new Error("x"); const never = 1;');
  assert.equal(await resultOf('kept + 1'), 42);
});

test('run(): a type error stops the cell before it begins', async () => {
  const { ename, evalue } = await errorIn('globalThis.process.title = "changed"; const n: number = "text";');
  assert.equal(ename, 'TypeScriptError');
  assert.match(evalue, /^1:45 - Type 'string' is not assignable to type 'number'/);
  assert.notEqual(process.title, 'changed');
});

test('run(): ES modules load by import and by import(), with their types', async () => {
  assert.equal(await resultOf("import { File } from 'h5wasm/node'; typeof File"), 'function');
  assert.equal(
    await resultOf("const image = await import('@itk-wasm/image-io'); typeof image.readImageNode"),
    'function',
  );
});

test('run(): a cell knows where it is', async () => {
  assert.equal(await resultOf('import.meta.dirname'), REPOSITORY_ROOT);
  assert.equal(await resultOf('__dirname'), REPOSITORY_ROOT);
  assert.match(String(await resultOf('import.meta.url')), /^file:.*\/cell\.js$/);
});

test('run(): methods of today have types, and decorators are those of the language', async () => {
  assert.deepEqual(await resultOf('[3, 1, 2].toSorted().with(0, 9)'), [9, 2, 3]);
  assert.deepEqual(await resultOf('Int16Array.of(2, 1).toSorted()'), Int16Array.of(1, 2));
  const decorated =
    'const seen: unknown[] = []; function mark(_: unknown, { kind }: { kind: string }) { seen.push(kind); } @mark class A {} [seen, A.name]';
  assert.deepEqual(await resultOf(decorated), [['class'], 'A']);
});

test('interrupt(): ends an asynchronous cell at once, and later cells find what it had declared', async () => {
  const run = newRun();
  beginCell(run);
  const begun = new Promise<void>((resolve) => Object.assign(globalThis, { begun: resolve }));
  void begun.then(() => timerOfNoCell(() => cells.interrupt(), 50));
  const outcome = await cells.run(
    'let rounds = 0; (globalThis as unknown as { begun(): void }).begun(); for (;;) { rounds++; await new Promise((go) => setTimeout(go, 5)); }',
    run,
  );
  assert.equal(outcome.ok ? '' : outcome.error.ename, 'KeyboardInterrupt');
  assert.equal(run.stops, 1);
  assert.ok(Number(await resultOf('rounds')) > 0);
  beginCell(newRun()); // timers of the tests to come belong to a cell that is not abandoned
});

test('interrupt(): `catch` and `finally` run, in order, and may wait; the error is where the cell waited', async () => {
  const run = newRun();
  beginCell(run);
  timerOfNoCell(() => cells.interrupt(), 500);
  const outcome = await cells.run(
    `const log: string[] = [];
     async function* steps() { try { for (;;) { await new Promise(() => {}); yield 1; } } finally { log.push('generator'); } }
     try {
       for await (const step of steps()) log.push('step ' + step);
     } finally {
       await new Promise((go) => setTimeout(go, 20));
       log.push('cell');
     }`,
    run,
  );
  assert.equal(outcome.ok ? '' : outcome.error.ename, 'KeyboardInterrupt');
  assert.match(outcome.ok ? '' : outcome.error.traceback.join(), new RegExp(`cell\\[${number}\\]:4:`));
  beginCell(newRun());
  assert.deepEqual(await resultOf('log'), ['generator', 'cell']);
});

test('interrupt(): a cell that is stopped before it begins ends where it first waits, or does not begin', async () => {
  const run = newRun();
  beginCell(run);
  let ending = cells.run(
    'let begun = 0; try { begun++; await new Promise(() => {}); } finally { begun++; }',
    run,
  );
  cells.interrupt();
  const outcome = await ending;
  assert.equal(outcome.ok ? '' : outcome.error.ename, 'KeyboardInterrupt');
  beginCell(newRun());
  assert.equal(await resultOf('begun'), 2);
  ending = cells.run('begun = 5;', newRun());
  cells.interrupt();
  assert.equal((await ending).ok, false);
  assert.equal(await resultOf('begun'), 2);
});

test('interrupt(): a cell that caught the first is ended by the second', async () => {
  const run = newRun();
  beginCell(run);
  for (const ms of [500, 700]) timerOfNoCell(() => cells.interrupt(), ms);
  const outcome = await cells.run(
    'let caught = 0; for (;;) try { await new Promise((go) => setTimeout(go, 5)); } catch { caught++; }',
    run,
  );
  assert.equal(outcome.ok ? '' : outcome.error.ename, 'KeyboardInterrupt');
  beginCell(newRun());
  assert.equal(await resultOf('caught'), 1);
});

test('during(): runs other code of the cell, which an interrupt ends, too', async () => {
  assert.equal(await cells.during(newRun(), () => 5), 5);
  assert.equal(await cells.during(newRun(), async () => 6), 6);
  const failing = cells.during(newRun(), () => {
    throw new TypeError('inside');
  });
  await assert.rejects(failing, { name: 'TypeError' });
  setTimeout(() => cells.interrupt(), 20);
  await assert.rejects(
    cells.during(newRun(), () => new Promise(() => {})),
    { name: 'KeyboardInterrupt' },
  );
});

test('interrupt(): a cell that took the signal ends by itself; one that does not ends after the time of grace', async () => {
  const taken = { ...newRun(), signalTaken: true };
  const testing = {
    signal: taken.interruption.signal,
    begun: () => timerOfNoCell(() => cells.interrupt(), 10),
  };
  Object.assign(globalThis, { testing });
  await resultOf(
    'const testing = (globalThis as unknown as { testing: { signal: AbortSignal; begun(): void } }).testing;',
  );
  const ended = await cells.run(
    `let ending = "";
     await new Promise<void>((done) => {
       testing.signal.addEventListener("abort", () => { ending = "in order"; done(); });
       testing.begun();
     });`,
    taken,
  );
  assert.equal(ended.ok, true);
  assert.equal(await resultOf('ending'), 'in order');
  const stubborn = { ...newRun(), signalTaken: true };
  const outcome = await cells.run(
    'testing.begun(); await new Promise(() => setTimeout(() => {}, 3000));',
    stubborn,
  );
  assert.equal(outcome.ok ? '' : outcome.error.ename, 'KeyboardInterrupt');
});

test('run(): the compiler and the loading of modules are announced, so that no interrupt falls into them', async () => {
  compiled.length = 0;
  await resultOf("import { sep } from 'node:path'; sep");
  assert.equal(compiled.length, 2);
});

test('run(): using disposes of what a block, a loop or the cell holds, however it ends', async () => {
  await resultOf(`const ends: string[] = [];
    const held = (name: string) => ({
      name,
      [Symbol.dispose]() { ends.push(name); },
      async [Symbol.asyncDispose]() { await null; ends.push('later ' + name); },
    });
    function early(n: number): string { using a = held('a' + n); { using b = held('b'), c = held('c'); if (n > 0) return a.name + c.name; } return b2(); function b2() { return 'hoisted'; } }`);
  assert.deepEqual(await resultOf('[early(1), ...ends.splice(0)]'), ['a1c', 'c', 'b', 'a1']);
  assert.deepEqual(await resultOf('[early(0), ...ends.splice(0)]'), ['hoisted', 'c', 'b', 'a0']);
  assert.deepEqual(
    await resultOf("for (using each of [held('x'), held('y')]) ends.push('in ' + each.name); ends.splice(0)"),
    ['in x', 'x', 'in y', 'y'],
  );
  assert.deepEqual(
    await resultOf(
      "async function wait() { await using w = held('w'); await null; ends.push('waited ' + w.name); } await wait(); ends.splice(0)",
    ),
    ['waited w', 'later w'],
  );
  await resultOf("using whole = held('cell'); await using last = held('last'); ends.push('body');");
  assert.deepEqual(await resultOf('[whole.name, ...ends.splice(0)]'), ['cell', 'body', 'later last', 'cell']);
  const { evalue, traceback } = await errorIn("{ using e = held('e');\n  throw new RangeError('inside'); }");
  assert.equal(evalue, 'inside');
  assert.match(traceback, new RegExp(`cell\\[${number}\\]:2:9`));
  assert.deepEqual(await resultOf('ends.splice(0)'), ['e']);
  assert.match((await errorIn('{ using n = { name: 1 }; }')).evalue, /Symbol\.dispose/);
});

test('run(): declare global and namespaces hold for all later cells', async () => {
  await resultOf(
    'declare global { interface Array<T> { second(): T } var shared: number } Array.prototype.second = function () { return this[1]; }; globalThis.shared = 5;',
  );
  await resultOf('namespace Units { export const mm = 3; export type Length = number; }');
  await resultOf('1');
  assert.equal(await resultOf('const length: Units.Length = Units.mm; [1, length].second() + shared'), 8);
  await resultOf('1');
  assert.equal(await resultOf('[1, Units.mm].second() + shared'), 8);
  assert.equal(await resultOf('shared = 6; globalThis.shared'), 6);
  await resultOf('declare global { var shared: string } globalThis.shared = "text";');
  assert.equal(await resultOf('shared.length'), 4);
});

test('run(): import attributes are read over', async () => {
  assert.equal(
    await resultOf("import description from './package.json' with { type: 'json' }; description.name"),
    'voxlab',
  );
});
