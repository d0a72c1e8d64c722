import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EnvironmentError } from '../../../src/errors.js';
import { inRepository } from '../../../src/paths.js';
import { AppendQueue } from '../../../src/training/run/appendQueue.js';
import { startNode, until } from '../../processes.js';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-queue-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('AppendQueue keeps the order, and settle() means that the file has all', async (t) => {
  const file = join(scratch(t), 'log');
  const queue = new AppendQueue(file);
  const lines = Array.from({ length: 2000 }, (_, n) => `line ${n}\n`);
  for (const line of lines.slice(0, 1000)) queue.add(Buffer.from(line));
  await queue.settle();
  assert.equal(readFileSync(file, 'utf8'), lines.slice(0, 1000).join(''));
  for (const line of lines.slice(1000)) {
    queue.add(Buffer.from(line));
    if (Math.random() < 0.1) await new Promise((done) => setImmediate(done));
  }
  await queue.settle();
  assert.equal(readFileSync(file, 'utf8'), lines.join(''));
});

test('AppendQueue that cannot write says so at the next add() and at settle(), naming the file', async (t) => {
  const file = join(scratch(t), 'log');
  mkdirSync(file);
  const queue = new AppendQueue(file);
  const names = (error: unknown): boolean =>
    error instanceof EnvironmentError && /log cannot be written \(EISDIR/.test(error.message);
  queue.add(Buffer.from('a'));
  await assert.rejects(queue.settle(), names);
  assert.throws(() => queue.add(Buffer.from('b')), names);
});

test('AppendQueue holds nobody while the file takes nothing', async (t) => {
  const file = join(scratch(t), 'pipe');
  // A pipe that nobody reads is the stalled disk.
  assert.equal(spawnSync('mkfifo', [file]).status, 0);
  const program = `
    const { AppendQueue } = await import(${JSON.stringify(inRepository('dist/src/training/run/appendQueue.js'))});
    const queue = new AppendQueue(${JSON.stringify(file)});
    for (let n = 0; n < 3; n++) queue.add(Buffer.from('line\\n'));
    let beats = 0;
    setInterval(() => console.log('beat', ++beats), 20);
    await queue.settle();
    console.log('all written');
    process.exit(0);`;
  const writer = startNode(t, ['--input-type=module', '-e', program]);
  await until('beats beside a write that waits', () => writer.text().includes('beat 10'));
  assert.ok(!writer.text().includes('all written'));
  // Each write opens the pipe anew: a reader may see an end between two of them.
  const { stdout } = spawnSync('sh', ['-c', 'cat "$0"; timeout 3 cat "$0"', file], { encoding: 'utf8' });
  assert.equal(stdout, 'line\nline\nline\n');
  assert.equal(await writer.ended, 0);
});
