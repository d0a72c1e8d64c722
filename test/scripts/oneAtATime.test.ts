import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { startNode, until } from '../processes.js';

const MODULE = JSON.stringify(inRepository('scripts/oneAtATime.mjs'));

test('waitForTurn(): of set-ups of one clone that start at once one works at a time; kill -9 lets the next one go on', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-turn-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = join(folder, 'log');
  const program = `
    import { spawn } from 'node:child_process';
    import { appendFileSync } from 'node:fs';
    const { waitForTurn } = await import(${MODULE});
    const turn = await waitForTurn(${JSON.stringify(folder)}, (text) => console.log(text));
    appendFileSync(${JSON.stringify(log)}, process.pid + ' begins\\n');
    await new Promise((done) => setTimeout(done, 400));
    if (process.argv[1] === 'starts') {
      // As npm and pip do: it works on after its set-up is killed.
      const child = spawn('sh', ['-c', 'sleep 2; echo outlived >> "$0"', ${JSON.stringify(log)}], { stdio: ['ignore', 'ignore', 'ignore', turn] });
      child.unref();
      process.kill(process.pid, 'SIGKILL');
    }
    if (process.argv[1] === 'hangs') setInterval(() => {}, 1000);
    else appendFileSync(${JSON.stringify(log)}, process.pid + ' ends\\n');`;
  const start = (...words: string[]) => startNode(t, ['--input-type=module', '-e', program, ...words]);
  const all = [start(), start(), start()];
  assert.deepEqual(await Promise.all(all.map(({ ended }) => ended)), [0, 0, 0]);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  for (let at = 0; at < lines.length; at += 2)
    assert.equal(lines[at + 1], lines[at]!.replace('begins', 'ends'), lines.join('; '));
  assert.equal(all.filter(({ text }) => text().includes('waiting for its end')).length, 2);

  const hangs = start('hangs');
  await until('the one that hangs', () => readFileSync(log, 'utf8').includes(`${hangs.pid} begins`));
  const next = start();
  await until('the next one waits', () => next.text().includes('waiting'));
  hangs.child.kill('SIGKILL');
  assert.equal(await next.ended, 0);

  const killed = start('starts');
  assert.equal(await killed.ended, 'SIGKILL');
  const last = start();
  assert.equal(await last.ended, 0);
  const [, ...end] = readFileSync(log, 'utf8')
    .slice(readFileSync(log, 'utf8').indexOf(`${killed.pid} begins`))
    .trim()
    .split('\n');
  assert.deepEqual(end, ['outlived', `${last.pid} begins`, `${last.pid} ends`]);
});
