import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import vm from 'node:vm';
import { beginCell, createRun, runInCell } from '../../../src/kernel/cells/cellContext.js';
import { announceLoops, loopWord, stopLoop, stopLoopsOf } from '../../../src/kernel/cells/loopStop.js';
import { lowerModule } from '../../../src/kernel/cells/lowering.js';
import { loadTypeScript } from '../../../src/kernel/typescript/compiler.js';
import { SHARED_WORDS, STOP_LOOPS } from '../../../src/kernel/wire/channel.js';

const ts = loadTypeScript();
const shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
announceLoops(shared);
afterEach(() => stopLoopsOf(() => false));

const run = createRun({ header: {} } as Parameters<typeof createRun>[0], '1');
beginCell(run);

/** Runs a program's `result()` as a cell's code. */
function resultOf(text: string): unknown {
  const { script } = lowerModule(ts, text, '/own.ts');
  const body = vm.runInThisContext(`(function (exports, require, module, __voxlab_cell__) {${script}\n})`);
  const exported: { result?: () => unknown } = {};
  body(exported, undefined, undefined, { stop: loopWord(), stopLoop });
  return runInCell(run, () => exported.result!());
}

const LOOPS = [
  'while (at < 5) at++;',
  'do { at++; } while (at < 5)',
  'for (; at < 5; at++);',
  'for (let i = 0; i < 5; i++) { at++; }',
  'for (const x of [1, 2, 3, 4, 5]) at += x > 0 ? 1 : 0;',
  'for (const key in { a: 1, b: 2, c: 3, d: 4, e: 5 }) at += key.length;',
  'outer: for (let i = 0; ; i++) { for (;;) { if (++at === 5) break outer; continue outer; } }',
];

test('rewriteLoops() leaves every kind of loop what it was', () => {
  for (const loop of LOOPS)
    assert.equal(resultOf(`export function result() { let at = 0; ${loop} return at; }`), 5, loop);
});

test('an interrupt throws in the next round of a loop of the running cell, once, and its catch and finally run', () => {
  stopLoopsOf((other) => other === run);
  for (const loop of LOOPS) {
    shared[STOP_LOOPS] = 1;
    const program = `export function result() {
      const log: unknown[] = []; let at = 0;
      try { ${loop} } catch (error) { log.push((error as Error).name); } finally { log.push('finally'); }
      ${loop.replace('outer:', '').replaceAll(' outer', '')}
      return [...log, at].join();
    }`;
    if (!loop.startsWith('outer'))
      assert.match(String(resultOf(program)), /^KeyboardInterrupt,finally,\d$/, loop);
    assert.equal(shared[STOP_LOOPS], loop.startsWith('outer') ? 1 : 0);
    assert.equal(run.hasThrownInterrupt, true);
  }
});

test('loops of a cell that does not run are left alone, and a function that is sent elsewhere as text needs no kernel', () => {
  shared[STOP_LOOPS] = 1;
  assert.equal(resultOf('export function result() { let n = 0; while (n < 3) n++; return n; }'), 3);
  assert.equal(shared[STOP_LOOPS], 1, 'it is to be terminated');
  shared[STOP_LOOPS] = 0;
  const text = resultOf(
    'export function result() { return String(() => { let n = 0; while (n < 3) n++; return n; }); }',
  );
  assert.equal(vm.runInNewContext(`(${text})()`), 3);
});
