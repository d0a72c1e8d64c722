import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRepository, writeFileAtomically } from '../src/paths.js';

test('inRepository() leads to the folder that holds package.json', () => {
  assert.equal(JSON.parse(readFileSync(inRepository('package.json'), 'utf8')).name, 'voxlab');
});

test('writeFileAtomically() makes the folder, replaces the file and leaves nothing beside it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-paths-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'new', 'a.json');
  writeFileAtomically(path, 'one');
  writeFileAtomically(path, 'two');
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.deepEqual(readdirSync(join(folder, 'new')), ['a.json']);
});

test('writeFileAtomically() leaves nothing beside a target that cannot be replaced', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-paths-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'taken');
  mkdirSync(join(path, 'not-empty'), { recursive: true });
  assert.throws(() => writeFileAtomically(path, 'x'));
  assert.equal(existsSync(`${path}.partial`), false);
});
