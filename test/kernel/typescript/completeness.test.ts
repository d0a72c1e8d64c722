import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { Ts } from '../../../src/kernel/typescript/compiler.js';
import { completenessOf } from '../../../src/kernel/typescript/completeness.js';

const ts = createRequire(import.meta.url)('@tslab/typescript-for-tslab') as Ts;

test('completenessOf() calls whole code complete, also with await at the top', () => {
  for (const code of [
    '',
    '1',
    'const x = [1, 2]',
    'await (f())',
    'for await (const x of xs) x;',
    "import 'fs'",
  ])
    assert.deepEqual(completenessOf(ts, code), { status: 'complete' }, code);
});

test('completenessOf() asks for more where code is open, indented after an opening bracket', () => {
  assert.deepEqual(completenessOf(ts, 'function f() {'), { status: 'incomplete', indent: '  ' });
  assert.deepEqual(completenessOf(ts, '  if (a) {\n    f(['), { status: 'incomplete', indent: '      ' });
  for (const code of ['const s = `abc', '/* open', 'const x = 1 +', 'f(1,'])
    assert.equal(completenessOf(ts, code).status, 'incomplete', code);
});

test('completenessOf() calls code invalid that no further line can mend', () => {
  for (const code of ['const const', 'let 1a = 3;', ')(', 'const s = "open'])
    assert.equal(completenessOf(ts, code).status, 'invalid', code);
});
