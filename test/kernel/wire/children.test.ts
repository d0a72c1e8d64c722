import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { endChildren } from '../../../src/kernel/wire/children.js';

/** Starts a shell that says when it is there. */
async function started(script: string, options: object = {}): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', `echo $$; ${script}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  await once(child.stdout!, 'data');
  return child;
}
const signalOf = async (child: ChildProcess): Promise<string | null> =>
  child.exitCode === null && child.signalCode === null ? (await once(child, 'exit'))[1] : child.signalCode;

test('endChildren() asks, then ends hard; what is detached, or a program of voxlab, stays', async () => {
  const [polite, stubborn, detached, own] = await Promise.all([
    started('exec sleep 30'),
    started("trap '' TERM; while :; do sleep 0.05; done"),
    started('exec sleep 30', { detached: true }),
    started('exec sleep 30', { env: { ...process.env, VOXLAB_PARENT: `${process.pid}` } }),
  ]);
  await endChildren(process.pid, 200);
  assert.deepEqual([await signalOf(polite), await signalOf(stubborn)], ['SIGTERM', 'SIGKILL']);
  assert.deepEqual(
    [detached, own].map(({ exitCode, signalCode }) => exitCode ?? signalCode),
    [null, null],
  );
  for (const child of [detached, own]) child.kill('SIGKILL');
  await Promise.all([detached, own].map(signalOf));
});

test('endChildren() finds children of children', async () => {
  const shell = spawn('sh', ['-c', 'sleep 31 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await once(shell.stdout, 'data');
  await endChildren(process.pid, 200);
  assert.equal(await signalOf(shell), 'SIGTERM');
  // Its parent is gone: whoever has taken it over buries it.
  const state = (): string =>
    readFileSync(`/proc/${Number(String(text))}/stat`, 'latin1').split(') ')[1]![0]!;
  for (let tries = 0; tries < 50; tries++) {
    try {
      if (state() === 'Z') return;
    } catch {
      return;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  assert.fail('it still runs');
});
