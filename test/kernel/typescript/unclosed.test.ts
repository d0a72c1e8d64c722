import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTypeScript } from '../../../src/kernel/typescript/compiler.js';
import { unclosedIn } from '../../../src/kernel/typescript/unclosed.js';

const ts = loadTypeScript();
/** `@` stands for a dollar sign. */
const withHoles = (text: string): string => text.replaceAll('@', '$');
const unclosed = (text: string): [string, number] | undefined => {
  const found = unclosedIn(ts, withHoles(text));
  return found && [found.opening, found.start];
};

test('unclosedIn() finds the innermost bracket that nothing closes', () => {
  assert.deepEqual(unclosed('const a = [1, 2;'), ['[', 10]);
  assert.deepEqual(unclosed('f(1, [2, 3);'), ['[', 5]);
  assert.deepEqual(unclosed("console.log('x'\nconst y = (1);"), ['(', 11]);
  assert.deepEqual(unclosed('if (a) { f(() => { b(); }'), ['(', 10]);
  assert.deepEqual(unclosed('f(`@{a + `@{b}`}`, `@{c}'), ['`', 19]);
  assert.deepEqual(unclosed('f(`@{g(`);'), ['`', 7]);
});

test('unclosedIn() finds quotes and comments without an end', () => {
  assert.deepEqual(unclosed("const a = 'abc\n"), ["'", 10]);
  assert.deepEqual(unclosed('const a = `abc\n'), ['`', 10]);
  assert.deepEqual(unclosed('const a = 1; /* abc'), ['/*', 13]);
});

test('unclosedIn() is not led astray by brackets in texts, comments, templates and regular expressions', () => {
  for (const text of [
    'f(\'(\', "[", `{@{g({ a: [1] })}}(`); // {',
    'const r = /[(]{2}/g.test(a) ? b / c / d : (e) / 2; /* ( */',
    'a.map((x) => /\\)/.test(x)); class B { #c = [...d] }',
    'const t = a < b ? (c as d<e>) : f!;',
  ])
    assert.equal(unclosed(text), undefined, text);
});
