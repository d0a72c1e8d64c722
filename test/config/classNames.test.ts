import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseClassNames } from '../../src/config/classNames.js';

test('parseClassNames() takes two different names in any script, and nothing else', () => {
  assert.deepEqual(parseClassNames('benign, nodule'), ['benign', 'nodule']);
  assert.deepEqual(parseClassNames('gutartig,bösartig'), ['gutartig', 'bösartig']);
  for (const text of ['', 'a', 'a,', ',b', 'a,a', 'a,b,c', 'a,b\u001b[2J', `a,${'b'.repeat(41)}`])
    assert.equal(parseClassNames(text), undefined, JSON.stringify(text));
});
