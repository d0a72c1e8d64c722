import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRepository } from '../src/paths.js';
import { VERSION } from '../src/version.js';

test("VERSION is package.json's", () => {
  assert.equal(VERSION, JSON.parse(readFileSync(inRepository('package.json'), 'utf8')).version);
});
