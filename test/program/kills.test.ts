import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { takeLock } from '../../src/fileLock.js';
import { inRepository } from '../../src/paths.js';
import { createRandom } from '../../src/random.js';
import { readMetrics } from '../../src/training/metricsLog.js';
import { voxlab } from '../commands/voxlab.js';
import { allEnd, descendants, startNode, until } from '../processes.js';
import { computed, trainFixture } from '../training/trainFixture.js';

/** Kills of each kind; the campaign takes 50: `VOXLAB_KILLS=50 node scripts/test.mjs program/kills`. */
const KILLS = Number(process.env.VOXLAB_KILLS ?? 3);
const CLI = inRepository('dist/src/commands/cli.js');
const FLAGS = ['--holdout', '2', '--batch', '8', '--filters', '4', '--threads', '1', '--seed', '16'];
const EPOCHS = ['--epochs', '30', '--checkpoint-steps', '3'];

/** Whether nobody writes it. */
function isFree(path: string): boolean {
  try {
    takeLock(path)();
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a command again and again and kills it after a random time, until it has been killed so often; then lets it end.
 * Whatever it started must end by itself, and leave the lock.
 */
async function killedOften(
  t: TestContext,
  words: () => readonly string[],
  lock: string,
  longestMs: number,
): Promise<void> {
  const random = createRandom(`kills of ${words().join(' ')}`);
  for (let kills = 0; kills < KILLS; ) {
    const { child, pid, ended: end, text } = startNode(t, [CLI, ...words()]);
    const kill = setTimeout(() => child.kill('SIGKILL'), random.between(100, longestMs));
    const below: number[] = [];
    const look = setInterval(() => below.push(...descendants(pid)), 100);
    const code = await end;
    clearTimeout(kill);
    clearInterval(look);
    await allEnd([...new Set(below)]);
    await until('a free lock', () => isFree(lock), 30);
    if (code === 'SIGKILL') kills++;
    else assert.equal(code, 0, text());
  }
}

for (const [what, layout] of [
  ['one device', []],
  ['two devices', ['--strategy', 'data', '--devices', '2']],
  ['two processes', ['--processes', '2']],
] as const)
  test(`train on ${what}, killed at random and resumed, ends with the same losses, scores and weights`, async (t) => {
    const { data, run } = await trainFixture(t);
    const begin = (folder: string) => [
      'train',
      '--data',
      data,
      '--out',
      folder,
      ...FLAGS,
      ...EPOCHS,
      ...layout,
    ];
    const whole = voxlab(...begin(`${run}-whole`));
    assert.equal(whole.status, 0, whole.stderr);
    const words = () =>
      existsSync(join(run, 'config.json')) ? ['train', '--resume', run, ...EPOCHS, ...layout] : begin(run);
    await killedOften(t, words, run, 5000);
    const last = voxlab(...words());
    assert.equal(last.status, 0, last.stderr);
    assert.deepEqual(computed(readMetrics(run)), computed(readMetrics(`${run}-whole`)));
    for (const file of ['weights', 'optimizer']) {
      const [killed, expected] = [run, `${run}-whole`].map((folder) =>
        readFileSync(join(folder, 'last', `${file}.safetensors`)),
      );
      assert.ok(killed!.equals(expected!), file);
    }
  });

test('evaluate, killed at random, leaves no half table, and scores the same afterwards', async (t) => {
  const { data, run } = await trainFixture(t);
  const trained = voxlab('train', '--data', data, '--out', run, ...FLAGS, '--epochs', '1');
  assert.equal(trained.status, 0, trained.stderr);
  const table = join(run, 'predictions.csv');
  assert.equal(voxlab('evaluate', run).status, 0);
  const expected = readFileSync(table, 'utf8');
  await killedOften(t, () => ['evaluate', run], join(run, 'evaluation'), 2500);
  assert.equal(readFileSync(table, 'utf8'), expected);
  assert.equal(voxlab('evaluate', run).status, 0);
  assert.equal(readFileSync(table, 'utf8'), expected);
});
