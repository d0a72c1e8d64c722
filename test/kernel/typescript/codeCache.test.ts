import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { requireWithCodeCache } from '../../../src/kernel/typescript/codeCache.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-code-cache-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'module.js');
const text = join(folder, 'module.min.cjs');
const cache = join(folder, 'cache', 'module.bin');
writeFileSync(path, "throw Error('its stand-in is loaded')");
writeFileSync(
  text,
  "exports.sum = (a, b) => a + b; exports.place = __filename; exports.fs = require('node:fs');",
);

test('requireWithCodeCache() loads a module as require does, the second time from the cache', () => {
  const first = requireWithCodeCache(path, text, cache);
  assert.equal(first.fromCache, false);
  const { sum, place } = first.exports as { sum(a: number, b: number): number; place: string };
  assert.deepEqual([sum(1, 2), place], [3, path]);
  assert.equal(createRequire(path)(path), first.exports, 'require finds it');
  first.keep();
  assert.equal(requireWithCodeCache(path, text, cache).fromCache, true);
});

test('requireWithCodeCache() compiles anew where the cache is not its own', () => {
  const other = join(folder, 'other.js'); // V8 remembers the text of the first within a process
  writeFileSync(other, "exports.name = 'other';");
  writeFileSync(cache, 'no cache at all');
  const loaded = requireWithCodeCache(other, other, cache);
  assert.equal(loaded.fromCache, false);
  assert.deepEqual(loaded.exports, { name: 'other' });
});

test('requireWithCodeCache() compiles where the cache cannot be read', () => {
  const loaded = requireWithCodeCache(path, text, folder);
  assert.equal(loaded.fromCache, false);
});

test('keep() does without where it cannot write', () => {
  const loaded = requireWithCodeCache(path, text, join(text, 'below a file', 'module.bin'));
  loaded.keep();
  assert.equal(loaded.fromCache, false);
});
