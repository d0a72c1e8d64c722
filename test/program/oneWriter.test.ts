import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { takeLock } from '../../src/fileLock.js';
import { inRepository, makeFolder } from '../../src/paths.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { CLI, voxlab } from '../commands/voxlab.js';
import { cropFixture, cropOne } from '../patches/cropFixture.js';
import { startNode } from '../processes.js';
import { SMALL_NETWORK, trainFixture } from '../training/trainFixture.js';

const FLAGS = ['--holdout', '2', '--batch', '8', ...SMALL_NETWORK, '--epochs', '1'];

/** Runs a command while this process holds what it would write: one line that names owner, age and cure, exit 1. */
function isRefused(path: string, ...words: readonly string[]): void {
  const release = takeLock(path);
  try {
    const { status, stdout, stderr } = voxlab(...words);
    assert.equal(status, 1, `${words[0]}: ${stderr}`);
    assert.equal(stdout, '', words[0]);
    const owner = `is being written by process ${process.pid} on ${hostname()} for`;
    assert.match(stderr, new RegExp(`${owner} .*: wait until it ends, or end it\n$`), words[0]);
  } finally {
    release();
  }
}

test('train --resume, evaluate, notebook run, sample and start refuse what another process is writing', async (t) => {
  const { data, run } = await trainFixture(t);
  const trained = voxlab('train', '--data', data, '--out', run, ...FLAGS);
  assert.equal(trained.status, 0, trained.stderr);
  isRefused(join(run, 'run'), 'train', '--resume', run, '--epochs', '2');
  isRefused(join(run, 'evaluation'), 'evaluate', run, '--json');
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-writer-'));
  t.after(() => rmSync(folder, { recursive: true }));
  isRefused(join(folder, '05-gpu-usage.ipynb'), 'notebook', 'run', '05-gpu-usage', '--out', folder);
  makeFolder(join(folder, 'raw'));
  isRefused(join(folder, 'raw', 'sample'), 'sample', '--out', join(folder, 'raw'), '--scans', '1');
  makeFolder(inRepository('runs'));
  isRefused(inRepository('runs', 'main-job'), 'start');
  assert.equal(voxlab('evaluate', run, '--json').status, 0, 'free again');
});

test('two train --resume of one run at once: one goes on, the other is refused, and no step is written twice', async (t) => {
  const { data, run } = await trainFixture(t);
  const trained = voxlab('train', '--data', data, '--out', run, ...FLAGS);
  assert.equal(trained.status, 0, trained.stderr);
  const both = [1, 2].map(() => startNode(t, [CLI, 'train', '--resume', run, '--epochs', '40']));
  const codes = await Promise.all(both.map(({ ended }) => ended));
  assert.deepEqual([...codes].sort(), [0, 1], both.map(({ text }) => text()).join());
  assert.match(both[codes.indexOf(1)]!.text(), /is being written by process/);
  const steps = readMetrics(run).flatMap((record) => (record.kind === 'step' ? [record.step] : []));
  assert.deepEqual(
    steps,
    steps.map((_, at) => at + 1),
  );
});

test('two merges of the same shards at once: one file of the same bytes as a merge alone, and nothing beside it', async (t) => {
  const options = cropFixture(t);
  const shards: string[] = [];
  for (const index of [0, 1]) shards.push((await cropOne({ ...options, shard: { index, count: 2 } })).file);
  const [alone, shared] = ['alone', 'shared'].map((name) => join(options.outFolder, name));
  const merge = (out: string) => [CLI, 'merge', ...shards, '--out', out];
  assert.equal(await startNode(t, merge(alone!)).ended, 0);
  const [name] = readdirSync(alone!);
  makeFolder(shared!);
  isRefused(join(shared!, name!), ...merge(shared!).slice(1));
  const both = await together(t, merge(shared!), merge(shared!), merge(shared!));
  const failed = both.filter(({ code }) => code !== 0);
  assert.equal(failed.length, 2, 'one wrote');
  for (const { code, text } of failed) {
    assert.equal(code, 1);
    assert.match(text, /is being written by process|is there already; use --force/);
  }
  assert.deepEqual(readdirSync(shared!), [name]);
  assert.ok(readFileSync(join(shared!, name!)).equals(readFileSync(join(alone!, name!))));
});

test('figures that several commands write at once are whole, each of them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-figures-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = inRepository('data', 'gpustat', 'k80x8_2018.txt');
  const plot = (name: string) => [CLI, 'gpu', 'plot', log, '--out', join(folder, name)];
  for (const { code, text } of await together(
    t,
    plot('alone'),
    plot('shared'),
    plot('shared'),
    plot('shared'),
  ))
    assert.equal(code, 0, text);
  const files = readdirSync(join(folder, 'alone')).sort();
  assert.equal(files.filter((name) => name.endsWith('.svg')).length, 3);
  assert.deepEqual(readdirSync(join(folder, 'shared')).sort(), files);
  for (const file of files)
    assert.equal(
      readFileSync(join(folder, 'shared', file), 'utf8'),
      readFileSync(join(folder, 'alone', file), 'utf8'),
    );
});

test('jobs that start in the same second without --out get folders of their own', async (t) => {
  const { data } = await trainFixture(t);
  const before = new Set(readFolders());
  const words = ['train', '--data', data, ...FLAGS];
  const jobs = [1, 2, 3].map((seed) => startNode(t, [CLI, ...words, '--seed', String(seed), '--json']));
  const codes = await Promise.all(jobs.map(({ ended }) => ended));
  const made = readFolders().filter((name) => !before.has(name));
  t.after(() => {
    for (const name of made) rmSync(inRepository('runs', name), { recursive: true });
  });
  assert.deepEqual(codes, [0, 0, 0], jobs.map(({ text }) => text()).join());
  const runs = jobs.map(({ text }) => /"run":"([^"]*)"/.exec(text())![1]);
  assert.equal(new Set(runs).size, 3);
});

/** What programs that start at the same moment end with. */
async function together(
  t: TestContext,
  ...programs: readonly (readonly string[])[]
): Promise<{ code: number | string; text: string }[]> {
  const started = programs.map((words) => startNode(t, [...words]));
  return Promise.all(started.map(async ({ ended, text }) => ({ code: await ended, text: text() })));
}

/** Of runs/: its runs by date. */
function readFolders(): string[] {
  makeFolder(inRepository('runs'));
  return readdirSync(inRepository('runs')).filter((name) => /^\d{4}-\d\d-\d\d-\d+(-\d+)?$/.test(name));
}
