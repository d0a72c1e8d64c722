import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inRepository } from '../../src/paths.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-launcher-'));
after(() => rmSync(folder, { recursive: true }));

/** Starts the launcher with its log in a file, as Jupyter's server would; it must end by itself. */
function launch(...words: string[]): { log: string; ended: boolean } {
  const log = join(folder, 'log');
  const stderr = openSync(log, 'w');
  const launcher = inRepository('dist/src/kernel/launcher.js');
  const run = spawnSync(process.execPath, [launcher, ...words], {
    stdio: ['ignore', 'ignore', stderr],
    timeout: 15_000,
  });
  return { log: readFileSync(log, 'utf8'), ended: run.error === undefined && run.status !== 0 };
}

test('launcher: without a connection file it says what it expects', () => {
  assert.deepEqual(launch(), {
    log: 'voxlab kernel: expected --connection-file FILE, as Jupyter gives it\n',
    ended: true,
  });
});

test('launcher: a wrong connection file ends the process with one line that names it', () => {
  const file = join(folder, 'wrong.json');
  writeFileSync(file, '{"shell_port": "x"}');
  const { log, ended } = launch('--connection-file', file);
  assert.equal(
    log,
    `voxlab kernel: ${file}: shell_port: expected a whole number of at least 0, received "x"\n`,
  );
  assert.ok(ended);
});

test('launcher: a port in use ends the process with one line that names it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const file = join(folder, 'taken.json');
  const ports = { shell_port: port, control_port: 0, stdin_port: 0, hb_port: 0, iopub_port: 0 };
  writeFileSync(file, JSON.stringify({ ...ports, ip: '127.0.0.1', transport: 'tcp', key: '' }));
  const { log, ended } = launch('--connection-file', file);
  server.close();
  assert.equal(
    log,
    `voxlab kernel: the kernel cannot listen at tcp://127.0.0.1:${port}: Address already in use\n`,
  );
  assert.ok(ended);
});
