import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutShellLine } from '../../../src/kernel/typescript/shellLine.js';

test('withoutShellLine() leaves every place where it is, and a later line alone', () => {
  assert.equal(withoutShellLine('#!/usr/bin/env node\n1'), '                   \n1');
  assert.equal(withoutShellLine('1\n#!x'), '1\n#!x');
});
