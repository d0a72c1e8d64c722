import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { CLI, voxlab } from '../commands/voxlab.js';
import { allEnd, descendants, isRunning, type Started, startNode, until } from '../processes.js';
import { computed, SMALL_NETWORK, trainFixture } from '../training/trainFixture.js';

const PYTHON = inRepository('.venv/bin/python');

/** A run that nobody stops takes minutes. */
function endless(data: string, run: string): string[] {
  const flags = ['--holdout', '2', '--batch', '8', ...SMALL_NETWORK, '--threads', '1', '--epochs', '2000'];
  return ['train', '--data', data, '--out', run, ...flags];
}

const trains = (run: string) => {
  const metrics = join(run, 'metrics.jsonl');
  return existsSync(metrics) && statSync(metrics).size > 2000;
};

/** Ends the top process alone and wants everything below it to end by itself. */
async function endsWith(top: Started, signal: NodeJS.Signals): Promise<number | string> {
  const below = descendants(top.pid);
  assert.ok(below.length > 0, 'it has children');
  top.child.kill(signal);
  const code = await top.ended;
  await allEnd(below, 15);
  return code;
}

for (const signal of ['SIGHUP', 'SIGTERM', 'SIGKILL'] as const)
  test(`train --processes 2 whose launcher gets ${signal}: both processes end, and the run goes on later`, async (t) => {
    const { data, run } = await trainFixture(t);
    const top = startNode(t, [CLI, ...endless(data, run), '--processes', '2']);
    await until('steps', () => trains(run));
    await endsWith(top, signal);
    const steps = readMetrics(run).filter(({ kind }) => kind === 'step');
    if (signal !== 'SIGKILL') {
      const meta = JSON.parse(readFileSync(join(run, 'last', 'meta.json'), 'utf8'));
      assert.equal(meta.step, steps.at(-1)!.step, 'a checkpoint of the last step');
    }
    const epochs = readMetrics(run).filter(({ kind }) => kind === 'epoch').length;
    const flags = ['--epochs', String(epochs + 2), '--processes', '2'];
    const resumed = voxlab('train', '--resume', run, ...flags);
    assert.equal(resumed.status, 0, resumed.stderr);
  });

test('train --processes 2 that gets SIGTERM during a validation: a checkpoint of its step within 10 s, a resume gives the same bits', async (t) => {
  // 3 steps an epoch, then hundreds of rows to be scored.
  const { data, run } = await trainFixture(t, undefined, [12, 12, 12, 800]);
  const words = ['--holdout', '2', '--batch', '8', ...SMALL_NETWORK, '--threads', '1', '--processes', '2'];
  const begin = (folder: string) => ['train', '--data', data, '--out', folder, ...words, '--epochs', '2'];
  const whole = voxlab(...begin(`${run}-whole`));
  assert.equal(whole.status, 0, whole.stderr);
  const lastStep = readMetrics(`${run}-whole`).find(({ kind }) => kind === 'validation')!.step;

  const top = startNode(t, [CLI, ...begin(run)]);
  const metrics = join(run, 'metrics.jsonl');
  const steps = () => (existsSync(metrics) ? readFileSync(metrics, 'utf8').split('\n').length - 1 : 0);
  await until('the last step before the validation', () => steps() >= lastStep);
  const below = descendants(top.pid);
  assert.equal(below.length, 2);
  top.child.kill('SIGTERM');
  await allEnd([top.pid, ...below], 10);
  assert.equal(await top.ended, 130, top.text());
  assert.match(top.text(), /voxlab: interrupted while training \(step 2, epoch 1\); go on with --resume/);
  assert.equal(readMetrics(run).filter(({ kind }) => kind === 'validation').length, 0, 'none was finished');
  assert.equal(JSON.parse(readFileSync(join(run, 'last', 'meta.json'), 'utf8')).step, lastStep);
  const resumed = voxlab('train', '--resume', run, '--processes', '2');
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.deepEqual(computed(readMetrics(run)), computed(readMetrics(`${run}-whole`)));
});

test('a terminal that is closed ends train and its two processes within 10 s, with a checkpoint of the last step', async (t) => {
  const { data, run } = await trainFixture(t);
  const folder = scratch(t);
  // A window: a pseudo-terminal whose other end is closed while the program runs in it.
  const window = join(folder, 'window.py');
  writeFileSync(
    window,
    `import os, pty, sys, threading
pid, terminal = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
print(pid, flush=True)
def draw():
    try:
        while os.read(terminal, 65536): pass
    except OSError: pass
threading.Thread(target=draw, daemon=True).start()
sys.stdin.readline()
os._exit(0)
`,
  );
  const words = [process.execPath, CLI, ...endless(data, run), '--processes', '2'];
  // startNode() starts Node: it hands its own standard input, which ends with it, to the window.
  const opener = join(folder, 'opener.mjs');
  writeFileSync(
    opener,
    `import { spawn } from 'node:child_process';
const window = spawn(process.argv[2], process.argv.slice(3), { stdio: ['pipe', 'inherit', 'inherit'] });
window.once('close', () => process.exit(0));
process.once('SIGUSR2', () => window.stdin.end());
`,
  );
  const top = startNode(t, [opener, PYTHON, window, ...words]);
  await until('steps', () => trains(run));
  const below = descendants(Number(top.text()));
  assert.equal(below.length, 2);
  top.child.kill('SIGUSR2');
  await allEnd([Number(top.text()), ...below], 10);
  const { step } = JSON.parse(readFileSync(join(run, 'last', 'meta.json'), 'utf8'));
  assert.equal(step, readMetrics(run).findLast(({ kind }) => kind === 'step')!.step);
});

for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
  test(`lab that gets ${signal}: JupyterLab and its kernel end`, async (t) => {
    const top = startNode(t, [CLI, 'lab', '--no-browser']);
    await until('its address', () => /token=[0-9a-f]+/.test(top.text()));
    const [, base, token] = /(http:\S+?)\/lab\S*token=([0-9a-f]+)/.exec(top.text())!;
    const answer = await fetch(`${base}/api/kernels?token=${token}`, {
      method: 'POST',
      body: '{"name":"voxlab"}',
    });
    assert.equal(answer.status, 201);
    await until('a kernel', () => descendants(top.pid).length >= 2);
    await endsWith(top, signal);
    await assert.rejects(fetch(`${base}/api/status`));
  });

  test(`notebook run that gets ${signal}: its kernel ends in the middle of a cell, no copy is left`, async (t) => {
    const folder = scratch(t);
    const started = join(folder, 'started');
    const source = `require('node:fs').writeFileSync(${JSON.stringify(started)}, String(process.pid)); for (;;);`;
    const cell = { cell_type: 'code', id: 'a', metadata: {}, outputs: [], execution_count: null, source };
    const kernelspec = { name: 'voxlab', display_name: 'TypeScript (voxlab)', language: 'typescript' };
    const notebook = { cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(join(folder, 'busy.ipynb'), JSON.stringify(notebook));
    const out = join(folder, 'out');
    const top = startNode(t, [CLI, 'notebook', 'run', join(folder, 'busy.ipynb'), '--out', out]);
    await until('the cell runs', () => existsSync(started) && readFileSync(started, 'utf8') !== '');
    await endsWith(top, signal);
    const cellPid = Number(readFileSync(started, 'utf8'));
    await until('the end of the cell', () => !isRunning(cellPid), 15);
    assert.deepEqual(
      readdirSync(out).filter((name) => !name.endsWith('.lock')),
      [],
    );
  });
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-orphans-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
