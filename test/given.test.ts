import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from '../src/given.js';

test('given() leaves out what is undefined, and nothing else', () => {
  const options: { readonly seed?: number } = given({ seed: undefined as number | undefined });
  assert.deepEqual(Object.keys(options), []);
  assert.deepEqual(given({ a: 0, b: '', c: null, d: false, e: undefined }), {
    a: 0,
    b: '',
    c: null,
    d: false,
  });
});
