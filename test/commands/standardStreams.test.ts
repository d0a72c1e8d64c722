import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { CLI } from './voxlab.js';

const PLOTTED = ['gpu', 'convert', inRepository('data', 'gpustat', 'k80x8_2018.txt')];

test('what is printed on a full device is one line on stderr and exit 1, not a stack and not silence', () => {
  const full = openSync('/dev/full', 'w');
  const run = spawnSync(process.execPath, [CLI, ...PLOTTED], {
    encoding: 'utf8',
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  assert.equal(run.status, 1);
  assert.match(
    run.stderr,
    /^voxlab: stdout: what was printed is cut short \(ENOSPC[^\n]*\); make room, and run it again\n$/,
  );
});

test('a stderr that is full loses no result, and the exit code says so', () => {
  const full = openSync('/dev/full', 'w');
  const words = [CLI, 'figure', 'nothing'];
  const run = spawnSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', full] });
  closeSync(full);
  assert.equal(run.status, 2);
  assert.equal(run.signal, null);
});

const MOUNT = 'mount -t tmpfs -o size=8k small "$0"';
const noMount =
  spawnSync('unshare', ['-rm', 'sh', '-c', MOUNT, '/mnt']).status !== 0 &&
  'no small file system can be made here';

test('a file that takes a part of what is printed is no success', { skip: noMount }, () => {
  const script = `${MOUNT} && "$@" > "$0/out"; code=$?; wc -c < "$0/out"; exit $code`;
  const words = ['-rm', 'sh', '-c', script, '/mnt', process.execPath, CLI, ...PLOTTED];
  const run = spawnSync('unshare', words, { encoding: 'utf8' });
  assert.equal(Number(run.stdout), 8192, 'a part was written');
  assert.equal(run.status, 1, run.stderr);
  assert.match(run.stderr, /^voxlab: stdout: what was printed is cut short/);
});

test('a pipe whose reader has gone is a quiet end', () => {
  const script = `"$@" | head -c 10 > /dev/null; exit "\${PIPESTATUS[0]}"`;
  const run = spawnSync('bash', ['-c', script, 'bash', process.execPath, CLI, ...PLOTTED], {
    encoding: 'utf8',
  });
  assert.deepEqual([run.status, run.stderr], [0, '']);
});
