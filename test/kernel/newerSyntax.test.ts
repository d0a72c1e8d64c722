import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { readableCode, usingFinder } from '../../src/kernel/newerSyntax.js';
import type { Ts } from '../../src/kernel/tslab.js';

const ts = createRequire(import.meta.url)('@tslab/typescript-for-tslab') as Ts;

test('readableCode() writes using as const, in its place, and tells where', () => {
  for (const [code, text, ...usings] of [
    ['{ using a = f(); }', '{ const a = f(); }', [2, 'using']],
    [
      '{ await using a: Type = f(), b = g(); }',
      '{       const a: Type = f(), b = g(); }',
      [8, 'await using'],
    ],
    ['for (using a of b) c;', 'for (const a of b) c;', [5, 'using']],
    ['for await (await using a of b) c;', 'for await (      const a of b) c;', [17, 'await using']],
    ['const using = 1; using; using(2)', 'const using = 1; using; using(2)'],
    ["'using a = b'; // using a = b", "'using a = b'; // using a = b"],
    ['using\na = b', 'using\na = b'],
    ["import a from './a.json' with { type: 'json' };", "import a from './a.json'                      ;"],
    ['#!/usr/bin/env node\n1', '                   \n1'],
  ] as const) {
    const readable = readableCode(ts, code!);
    assert.equal(readable.text, text);
    assert.deepEqual([...readable.usings], usings);
  }
});

test('usingFinder() finds a using by its place in what was made of the text', () => {
  const readable = readableCode(ts, 'let b;\n{ using a = b; }');
  const usingAt = usingFinder(readable, (line, column) => ({ line: line + 1, column }), 1);
  assert.equal(usingAt(2, 3), 'using');
  assert.equal(usingAt(1, 3), undefined);
});
