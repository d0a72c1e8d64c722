import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { textOf } from '../../../src/kernel/outputs/valueText.js';

test('textOf() shows what it can of a value that cannot be looked at, and says why not the rest', () => {
  const broken = {
    a: 1,
    [inspect.custom]() {
      throw new Error('looked at');
    },
  };
  assert.match(textOf(broken), /^\[Object: cannot be shown: looked at\] \{\n {2}a: 1,/);
  assert.match(
    textOf({ inner: broken, b: 2 }),
    /cannot be shown: looked at.*\n {2}inner: \[cannot be shown: looked at\],\n {2}b: 2/,
  );
});

test('textOf() counts the keys that it leaves out at every level', () => {
  const many = Object.fromEntries(Array.from({ length: 1234 }, (_, index) => [`k${index}`, index]));
  assert.match(textOf({ many }), /k199: 199,\n {4}\.\.\. 1034 more keys\n/);
});
