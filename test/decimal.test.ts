import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimalNumber } from '../src/decimal.js';
import { createRandom } from '../src/random.js';

test('decimalNumber() takes decimals alone', () => {
  for (const [text, value] of [
    ['7', 7],
    [' -0.5 ', -0.5],
    ['+1.', 1],
    ['.25', 0.25],
    ['1e-3', 1e-3],
    ['-1.5E+2', -150],
  ] as const)
    assert.equal(decimalNumber(text), value, text);
  for (const text of [
    '',
    ' ',
    '0x7',
    '0b1',
    'Infinity',
    'NaN',
    '1e999',
    '1,5',
    '1_000',
    '1 2',
    '7mm',
    '--1',
    '.',
  ])
    assert.ok(Number.isNaN(decimalNumber(text)), text);
});

test('decimalNumber() rounds short numbers as Number() does', () => {
  const random = createRandom('decimals');
  const digits = (most: number): string =>
    Array.from({ length: random.integer(most + 1) }, () => random.integer(10)).join('');
  for (let i = 0; i < 200_000; i++) {
    const text = `${random.uniform() < 0.5 ? '-' : ''}${digits(12)}${random.uniform() < 0.8 ? '.' : ''}${digits(9)}`;
    const expected = /\d/.test(text) ? Number(text) : Number.NaN;
    assert.ok(Object.is(decimalNumber(text), expected), text);
  }
});
