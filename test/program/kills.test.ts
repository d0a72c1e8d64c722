import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { CLI, voxlab } from '../commands/voxlab.js';
import { killedOften } from '../killedOften.js';
import { startNode } from '../processes.js';
import { computed, trainFixture } from '../training/trainFixture.js';

const FLAGS = ['--holdout', '2', '--batch', '8', '--filters', '4', '--threads', '1', '--seed', '16'];
const EPOCHS = ['--epochs', '30', '--checkpoint-steps', '3'];

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
    const start = () => startNode(t, [CLI, ...words()]);
    await killedOften(`kills of ${what}`, start, { lock: join(run, 'run'), longestMs: 5000 });
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
  const start = () => startNode(t, [CLI, 'evaluate', run]);
  await killedOften('kills of evaluate', start, { lock: join(run, 'evaluation'), longestMs: 2500 });
  assert.equal(readFileSync(table, 'utf8'), expected);
  assert.equal(voxlab('evaluate', run).status, 0);
  assert.equal(readFileSync(table, 'utf8'), expected);
});
