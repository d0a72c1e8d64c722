import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { rewriteAwaits } from '../../../src/kernel/cells/awaitLowering.js';
import { iterating, resumed, waiting } from '../../../src/kernel/cells/cellAwaits.js';
import type { Ts } from '../../../src/kernel/typescript/compiler.js';

const ts = createRequire(import.meta.url)('@tslab/typescript-for-tslab') as Ts;

function lowered(text: string): string {
  return ts.transpileModule(text, {
    transformers: { before: [(context) => (file) => rewriteAwaits(ts, context, file)] },
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, alwaysStrict: false },
  }).outputText;
}

/** What the body of an asynchronous function returns, before and after. */
async function bothOf(body: string): Promise<[unknown, unknown]> {
  const cell = { waiting, resumed, iterating };
  const run = (code: string): Promise<unknown> => new Function('__voxlab_cell__', code)(cell);
  const whole = `return (async () => { ${body} })();`;
  const text = lowered(`export const f = () => { ${whole} };`).replace('export const f =', 'return (');
  return [await run(whole), await run(text.replace(/;\s*$/, ')();'))];
}

test('rewriteAwaits() changes every await and every `for await`, and nothing else', () => {
  assert.equal(
    lowered('const a = await b; c;').trim(),
    'const a = __voxlab_cell__.resumed(await __voxlab_cell__.waiting(b));\nc;',
  );
  assert.match(lowered('for (const x of xs) await x;'), /^for \(const x of xs\)\s+__voxlab_cell__\.resumed/);
  assert.match(
    lowered('async function f() { for await (const x of xs) x; }'),
    /for await \(const step\w* of __voxlab_cell__\.iterating\(xs\)\)/,
  );
});

test('rewritten code gives what it gave: nested, destructured, assigned, labelled, with closures, left early', async () => {
  for (const body of [
    'return await (await (async () => 5)()) + await 1;',
    'const seen = []; for await (const { a, b = 2 } of [{ a: 1 }, { a: 3, b: 4 }]) seen.push(a, b); return seen;',
    'let x; const o = {}; for await (x of [1, 2]); for await (o.y of [3, 4]); let q, r; for await ({ q, r } of [{ q: 5, r: 6 }]); return [x, o.y, q, r];',
    'const seen = []; outer: for await (const x of [1, 2, 3]) { for await (const y of [1, 2]) { if (x === 2) continue outer; if (x === 3) break outer; seen.push([x, y]); } } return seen;',
    'const later = []; for await (let x of [1, 2, 3]) { const mine = x; x += 10; later.push(() => [mine, x]); } return later.map((f) => f());',
    'for await (const x of [1]) { const x = 9; return x; }',
    'for await (var v of [1, 2, 3]); return v;',
    'async function* g() { try { yield* [1, 2]; } finally { log.push("end"); } } const log = []; for await (const x of g()) { log.push(x); break; } return log;',
    'try { await Promise.reject(new RangeError("no")); } catch (error) { return error.message; } finally { await 0; }',
    'const f = async (x = await_) => await x; const await_ = 3; return f(Promise.resolve(4));',
  ]) {
    const [before, after] = await bothOf(body);
    assert.deepEqual(after, before, body);
    assert.notEqual(before, undefined);
  }
});
