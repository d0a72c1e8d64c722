import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { readSafetensors } from '../../src/training/run/safetensors.js';
import { SMALL_NETWORK, trainFixture } from '../training/trainFixture.js';
import { CLI, voxlab } from './voxlab.js';

const FLAGS = ['--holdout', '2', '--batch', '8', ...SMALL_NETWORK];

const losses = (run: string): number[][] =>
  readMetrics(run).flatMap((record) =>
    record.kind === 'step' ? [[record.step, record.loss, record.accuracy]] : [],
  );

test('train --processes 2: the losses and weights of two devices in one process, bit for bit', async (t) => {
  const { data, run } = await trainFixture(t);
  const words = ['train', '--data', data, ...FLAGS, '--epochs', '2', '--threads', '1'];
  const two = voxlab(...words, '--processes', '2', '--out', `${run}2`, '--json');
  assert.equal(two.status, 0, two.stderr);
  const one = voxlab(...words, '--strategy', 'data', '--devices', '2', '--out', `${run}1`, '--json');
  assert.equal(one.status, 0, one.stderr);
  // Predictions come in other parts, which rounds in another way.
  const [best2, best1] = [two, one].map(({ stdout }) => JSON.parse(stdout).best);
  assert.ok(Math.abs(best2.valLoss / best1.valLoss - 1) < 1e-6);
  assert.deepEqual({ ...best2, valLoss: 0 }, { ...best1, valLoss: 0 });
  assert.match(two.stderr, /2 processes on CPU:0/);
  assert.match(one.stderr, /warning: batch norm sees 4 rows at a time/);
  assert.deepEqual(losses(`${run}2`), losses(`${run}1`));
  for (const file of ['weights', 'optimizer']) {
    const [a, b] = await Promise.all(
      [1, 2].map((n) => readSafetensors(join(`${run}${n}`, 'last', `${file}.safetensors`))),
    );
    for (const [name, { data: values }] of a!) assert.deepEqual(values, b!.get(name)!.data, name);
  }

  const resumed = voxlab('train', '--resume', `${run}2`, '--epochs', '3', '--json');
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.equal(JSON.parse(resumed.stdout).steps, 6, 'one process goes on where two stopped');
});

/** Two processes of a long run, by rank; `act` is called in the second epoch. */
async function cluster(
  words: readonly (readonly string[])[],
  port: number,
  act: (children: readonly ChildProcess[]) => void,
): Promise<{ codes: (number | null)[]; stderr: string[] }> {
  const addresses = [`127.0.0.1:${port}`, `127.0.0.1:${port + 2}`].join(',');
  const stderr = words.map(() => '');
  let acted = false;
  const children = words.map((own, rank) => {
    const child = spawn(process.execPath, [
      ...[CLI, 'train', '--cluster', addresses, '--rank', String(rank)],
      ...['--threads', '1', ...own],
    ]);
    child.stderr.on('data', (text) => {
      stderr[rank] += text;
      // The checkpoint of the first epoch is whole when the second one is scored.
      if (acted || !/epoch 2: validation/.test(stderr[0]!)) return;
      acted = true;
      act(children);
    });
    return child;
  });
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0] as number));
  return { codes, stderr };
}

const port = 20_000 + (process.pid % 9000);

test('a process that is killed or hangs is named by the other, which ends with exit 1; a resume goes on', async (t) => {
  // An end is noticed at once, whatever the time-out: a long one leaves a busy machine the time to say so.
  for (const [signal, timeout, said, at] of [
    ['SIGKILL', '30', /voxlab: cluster: rank 1 \(127\.0\.0\.1:\d+\) ended without a word/, port],
    // Whether the talk or TensorFlow's sum loses patience first, it is said how long it was silent.
    // Long enough for a busy machine: a time-out before the first checkpoint is another failure than the one looked for.
    ['SIGSTOP', '10', /voxlab: cluster: rank 1 \(127\.0\.0\.1:\d+\) was not heard for \d+ s/, port + 4],
  ] as const) {
    const { data, run } = await trainFixture(t);
    const words = ['--data', data, ...FLAGS, '--epochs', '500', '--out', run, '--timeout', timeout];
    const { codes, stderr } = await cluster([words, words], at, ([first, other]) => {
      other!.kill(signal);
      first!.once('close', () => other!.kill('SIGKILL'));
    });
    assert.equal(codes[0], 1, stderr[0]);
    assert.match(stderr[0]!, said);
    const { epoch } = JSON.parse(readFileSync(join(run, 'last', 'meta.json'), 'utf8'));
    const resumed = voxlab('train', '--resume', run, '--epochs', String(epoch + 1), '--processes', '2');
    assert.equal(resumed.status, 0, resumed.stderr);
  }
});

test('the first process that is killed is named by the other', async (t) => {
  const { data, run } = await trainFixture(t);
  const words = ['--data', data, ...FLAGS, '--epochs', '500', '--out', run, '--timeout', '30'];
  const { codes, stderr } = await cluster([words, words], port + 8, ([first]) => first!.kill('SIGKILL'));
  assert.equal(codes[1], 1, stderr[1]);
  assert.match(stderr[1]!, /voxlab: cluster: rank 0 \(127\.0\.0\.1:\d+\) ended without a word/);
});

test('Ctrl-C of one process stops all after the same step, with a checkpoint of it', async (t) => {
  const { data, run } = await trainFixture(t);
  const words = ['--data', data, ...FLAGS, '--epochs', '500', '--out', run];
  const { codes, stderr } = await cluster([words, words], port + 12, ([, other]) => other!.kill('SIGINT'));
  assert.deepEqual(codes, [130, 130], stderr.join());
  const [first, other] = stderr.map((text) => /interrupted.*\(step (\d+), epoch (\d+)\)/.exec(text)!);
  assert.deepEqual(first!.slice(1), other!.slice(1));
  assert.match(first![0], /interrupted by another process/);
  const meta = JSON.parse(readFileSync(join(run, 'last', 'meta.json'), 'utf8'));
  assert.equal(meta.step, Number(first![1]));
  assert.ok(readdirSync(join(run, 'checkpoints')).includes(readlinkSync(join(run, 'last')).split('/')[1]!));
});

test('processes that differ, or do not come, are named before the first step; nothing is made', async (t) => {
  const { data, run } = await trainFixture(t);
  const words = ['--data', data, ...FLAGS, '--epochs', '1', '--out', run];
  const differ = await cluster([words, [...words, '--batch', '6']], port + 16, () => {});
  assert.deepEqual(differ.codes, [1, 1], differ.stderr.join());
  for (const text of differ.stderr)
    assert.match(text, /rank 1 .*has another configuration than rank 0: batchSize 6, not batchSize 8/);
  const patience = ['--timeout', '3'];
  const alone = voxlab(
    'train',
    ...words,
    ...patience,
    '--cluster',
    `127.0.0.1:${port + 20},127.0.0.1:9`,
    '--rank',
    '0',
  );
  assert.equal(alone.status, 1);
  assert.match(alone.stderr, /rank 1 \(127\.0\.0\.1:9\) did not come within 3 s/);
  assert.throws(() => readMetrics(run), /found nothing/);
  const noOut = voxlab('train', '--data', data, '--cluster', 'a:1,b:1', '--rank', '0');
  assert.deepEqual([noOut.status, /expected --out or --resume/.test(noOut.stderr)], [2, true]);
});
