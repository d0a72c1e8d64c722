import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI } from './voxlab.js';

const prefix = mkdtempSync(join(tmpdir(), 'voxlab-kernel-command-'));
after(() => rmSync(prefix, { recursive: true }));

function voxlab(...words: string[]) {
  return spawnSync(process.execPath, [CLI, ...words], {
    encoding: 'utf8',
  });
}

test('kernel install, list and uninstall print one JSON document each and work below a prefix', () => {
  const installed = JSON.parse(voxlab('kernel', 'install', '--prefix', prefix, '--json').stdout);
  assert.deepEqual(installed, {
    name: 'voxlab',
    folder: join(prefix, 'share', 'jupyter', 'kernels', 'voxlab'),
  });
  assert.ok(existsSync(join(installed.folder, 'kernel.json')));
  const { kernels } = JSON.parse(voxlab('kernel', 'list', '--prefix', prefix, '--json').stdout);
  assert.deepEqual(kernels, [
    { name: 'voxlab', displayName: 'TypeScript (voxlab)', folder: installed.folder, missing: [] },
  ]);
  assert.deepEqual(JSON.parse(voxlab('kernel', 'uninstall', '--prefix', prefix, '--json').stdout), {
    name: 'voxlab',
    removed: true,
  });
  assert.match(voxlab('kernel', 'uninstall', '--prefix', prefix).stdout, /no kernel voxlab was installed/);
});

test('kernel install takes --user and --sys-prefix, and one place only', () => {
  const run = (environment: NodeJS.ProcessEnv, ...words: string[]) =>
    spawnSync(process.execPath, [CLI, 'kernel', ...words, '--json'], {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
  const user = run({ JUPYTER_DATA_DIR: join(prefix, 'user') }, 'install', '--user');
  assert.equal(JSON.parse(user.stdout).folder, join(prefix, 'user', 'kernels', 'voxlab'));
  const python = run({ VIRTUAL_ENV: join(prefix, 'env') }, 'install', '--sys-prefix');
  const folder = join(prefix, 'env', 'share', 'jupyter', 'kernels', 'voxlab');
  assert.equal(JSON.parse(python.stdout).folder, folder);
  assert.equal(
    JSON.parse(run({ VIRTUAL_ENV: join(prefix, 'env') }, 'list', '--sys-prefix').stdout).kernels[0].folder,
    folder,
  );
  const both = run({}, 'install', '--user', '--prefix', prefix);
  assert.equal(both.status, 2);
  assert.match(both.stderr, /one of --user, --sys-prefix and --prefix/);
});

test('kernel start without a connection file is wrong usage', () => {
  const { status, stderr, stdout } = voxlab('kernel', 'start');
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^voxlab: .*--connection-file/);
});

test('kernel start names a connection file that is none', () => {
  const { status, stdout } = voxlab('kernel', 'start', '--connection-file', join(prefix, 'none.json'));
  assert.equal(status, 1);
  assert.equal(stdout, '');
});

test('kernel start takes its file in either form of the flag', () => {
  for (const words of [['--connection-file', prefix], [`--connection-file=${prefix}`]]) {
    const log = join(prefix, 'log'); // a kernel cannot log to the socket that a pipe of Node's is
    const stdio = ['ignore', 'ignore', openSync(log, 'w')] as const;
    spawnSync(process.execPath, [CLI, 'kernel', 'start', ...words], { stdio: [...stdio] });
    assert.match(readFileSync(log, 'utf8'), /expected Jupyter's connection file that can be read \(EISDIR/);
  }
});

test('kernel list and uninstall where there is nothing, or no folder', () => {
  const file = join(prefix, 'a-file');
  writeFileSync(file, '');
  for (const place of [join(prefix, 'empty'), file]) {
    assert.match(
      voxlab('kernel', 'list', '--prefix', place).stdout,
      /^no kernels in .*share\/jupyter\/kernels\n$/,
    );
    assert.match(voxlab('kernel', 'uninstall', '--prefix', place).stdout, /no kernel voxlab was installed/);
  }
});
