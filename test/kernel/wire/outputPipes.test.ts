import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { inRepository } from '../../../src/paths.js';

/** The pipes replace descriptors 1 and 2 of a process, so they are tried in one of their own; it reports by descriptor 3. */
function inProcess(body: string): string {
  const program = `
    import { execSync } from 'node:child_process';
    import { writeSync } from 'node:fs';
    import { replaceOutputs, readPipes } from ${JSON.stringify(inRepository('dist/src/kernel/wire/outputPipes.js'))};
    process.stdout; process.stderr;
    const got = { stdout: '', stderr: '' };
    const pipes = replaceOutputs();
    const reader = readPipes(pipes, (name, text) => { got[name] += text; });
    ${body}
    writeSync(3, JSON.stringify(got));
    process.kill(process.pid, 'SIGKILL');`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    timeout: 20_000,
  });
  return String(run.output[3]);
}

test('replaceOutputs() and drain() catch what a child process and native writes put on descriptors 1 and 2', () => {
  const got = inProcess(`
    execSync('printf child; printf trouble >&2', { stdio: 'inherit' });
    writeSync(2, ' native');
    reader.drain();`);
  assert.deepEqual(JSON.parse(got), { stdout: 'child', stderr: 'trouble native' });
});

test('readPipes() takes more than a pipe holds while a child writes it, and joins characters cut in two', () => {
  const got = inProcess(`
    const { exec, spawn } = await import('node:child_process');
    writeSync(1, Buffer.from('é').subarray(0, 1)); await new Promise((go) => setTimeout(go, 30));
    writeSync(1, Buffer.from('é').subarray(1));
    const child = spawn('seq', ['1', '50000'], { stdio: 'inherit' });
    await new Promise((go) => child.on('close', go));
    reader.drain();
    got.stdout = got.stdout.slice(0, 4) + got.stdout.split('\\n').length;`);
  assert.deepEqual(JSON.parse(got), { stdout: 'é1\n250001', stderr: '' });
});
