import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI } from './voxlab.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-sample-command-'));
after(() => rmSync(root, { recursive: true, force: true }));

function sample(...flags: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = [CLI, 'sample', '--scans', '1', ...flags];
  return spawnSync(process.execPath, command, { encoding: 'utf8', cwd: root });
}

test('sample --json prints one document with what it wrote; a second run says that it is done already', () => {
  const first = sample('--out', 'raw', '--seed', '7', '--json');
  assert.equal(first.status, 0, first.stderr);
  const document = JSON.parse(first.stdout);
  assert.deepEqual(Object.keys(document), [
    'out',
    'scans',
    'nodules',
    'candidates',
    'bytes',
    'seconds',
    'written',
  ]);
  assert.equal(document.out, join(root, 'raw'));
  assert.ok(document.scans === 1 && document.nodules >= 6 && document.written === 1);
  const rows =
    readFileSync(join(root, 'raw', 'candidates_V2.csv'), 'utf8')
      .trim()
      .split('\n').length - 1;
  assert.equal(document.candidates, rows);
  const second = sample('--out', 'raw', '--seed', '7');
  assert.equal(second.status, 0);
  assert.match(second.stdout, /^done already: 1 scans, /);
});

test('sample into a folder with other content exits 1 with one line and no output', () => {
  writeFileSync(join(root, 'note.txt'), '');
  const run = sample('--out', '.', '--json');
  assert.equal(run.status, 1);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, /^voxlab: .*received other content \(note\.txt\).*\n$/);
});

test('sample with a flag out of range exits 2', () => {
  assert.equal(sample('--scans', '0').status, 2);
  assert.equal(sample('--seed', 'x').status, 2);
});
