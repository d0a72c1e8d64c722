import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { besideOf, isAlive } from '../src/leftBehind.js';
import { inRepository } from '../src/paths.js';

test('besideOf() removes what a killed program of this host has left, and nothing else', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-beside-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const module = JSON.stringify(inRepository('dist/src/leftBehind.js'));
  const program = `
    const { besideOf } = await import(${module});
    require('node:fs').writeFileSync(besideOf(${JSON.stringify(join(folder, 'table.csv'))}), 'half');
    process.kill(process.pid, 'SIGKILL');`;
  const killed = spawnSync(process.execPath, ['--input-type=commonjs', '-e', `(async () => {${program}})()`]);
  assert.equal(killed.signal, 'SIGKILL', String(killed.stderr));
  const [left] = readdirSync(folder);
  assert.match(left!, /^table\.csv\.[0-9a-f]{6}-\d+-[0-9a-f]{8}\.partial$/);
  const others = [
    left!.replace(/-\d+-/, `-${process.pid}-`), // of a program that is at work
    left!.replace(/csv\.[0-9a-f]{6}/, 'csv.zzzzzz'), // of another host
    'mine.partial',
  ];
  for (const name of others) writeFileSync(join(folder, name), '');
  const beside = besideOf(join(folder, 'other.csv'));
  assert.deepEqual(readdirSync(folder).sort(), others.sort());
  assert.match(basename(beside), new RegExp(`^other\\.csv\\.[0-9a-f]{6}-${process.pid}-`));
  assert.notEqual(besideOf(join(folder, 'other.csv')), beside);
});

test('isAlive() of this process, of one of another user, and of none', () => {
  assert.deepEqual([process.pid, 1, 2 ** 22 + 1].map(isAlive), [true, true, false]);
});
