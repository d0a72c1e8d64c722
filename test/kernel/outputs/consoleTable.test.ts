import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showConsoleTables } from '../../../src/kernel/outputs/consoleTable.js';

const printed: unknown[] = [];
const target = { table: (...values: unknown[]) => printed.push(values) } as unknown as Console;
let last: Record<string, string> = {};
showConsoleTables((bundle) => {
  last = bundle;
}, target);
const cells = (): string[] =>
  [...last['text/html']!.matchAll(/<t[dh]\b[^>]*>(.*?)<\/t[dh]>/g)].map(([, text]) => text!);

test('console.table() shows records as a table, escaped, with what Node prints as its text', () => {
  target.table([{ a: 1, b: '<img src=x>' }, { a: 2 }]);
  assert.deepEqual(cells(), ['', 'a', 'b', '0', '1', '&lt;img src=x&gt;', '1', '2', '']);
  assert.match(last['text/html']!, /<p>2 rows x 2 columns<\/p>/);
  assert.match(last['text/plain']!, /│ 0 +│ 1 │ '<img src=x>' │/);
  target.table([{ a: 1, b: 2 }], ['b']);
  assert.deepEqual(cells(), ['', 'b', '0', '2']);
});

test('console.table() takes lists, maps, sets, objects, typed arrays and lists of lists', () => {
  for (const [data, expected] of [
    [
      ['x', { a: 1 }],
      ['', 'a', 'Values', '0', '', 'x', '1', '1', ''],
    ],
    [new Map([['k', 1]]), ['', 'Values', 'k', '1']],
    [new Set(['s']), ['', 'Values', '0', 's']],
    [{ r: { a: 1 } }, ['', 'a', 'r', '1']],
    [Float32Array.of(2.5), ['', 'Values', '0', '2.5']],
    [[[1, 2]], ['', '0', '1', '0', '1', '2']],
  ] as const) {
    target.table(data);
    assert.deepEqual(cells(), expected);
  }
});

test('console.table() shows the first rows of very many at once, and leaves what is no table to Node', () => {
  const before = performance.now();
  target.table(new Int16Array(5e6));
  target.table(Array.from({ length: 300_000 }, (_, i) => ({ i })));
  assert.ok(performance.now() - before < 2000);
  assert.match(last['text/html']!, /the first 100 of 300000 rows/);
  assert.match(last['text/plain']!, /\.\.\. 299900 more rows$/);
  target.table(5);
  assert.deepEqual(printed, [[5]]);
});
