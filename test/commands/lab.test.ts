import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { CLI } from './voxlab.js';

test('lab prints the address, and Ctrl-C ends the server in order with exit code 0', async () => {
  const child = spawn(process.execPath, [CLI, 'lab', '--no-browser'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  while (!printed.includes('Ctrl-C')) await once(child.stdout, 'data');
  const [, url] = /JupyterLab: (http:\S+)/.exec(printed)!;
  assert.equal((await fetch(url!)).status, 200);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  await assert.rejects(fetch(url!));
});

test('lab whose address is lost on a full stdout ends with one line and exit code 1', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'lab', '--no-browser'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
    timeout: 120_000,
  });
  closeSync(full);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^voxlab: stdout: what was printed is cut short \(ENOSPC[^\n]*\n$/);
});

test('lab refuses a port that is none', () => {
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'lab', '--port', '0'], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /--port.*whole number from 1 to 65535/);
});
