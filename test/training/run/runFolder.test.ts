import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readTrainingSettings } from '../../../src/config/trainingSettings.js';
import type { SeriesSplit } from '../../../src/training/run/dataIdentity.js';
import {
  beginImport,
  continueRun,
  createRun,
  endImport,
  lockRun,
  readRunConfig,
  readRunSplit,
} from '../../../src/training/run/runFolder.js';
import type { TrainConfig } from '../../../src/training/run/trainConfig.js';

const SPLIT: SeriesSplit = { labels: 'ab', training: ['a', 'b'], validation: ['d'], heldOut: ['c'] };

function configIn(t: TestContext): TrainConfig {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-run-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { ...readTrainingSettings(), run: join(folder, 'run'), data: 'x', filters: 4, threads: 0 };
}

test('createRun() writes configuration and series once; continueRun() replaces both', (t) => {
  const config = configIn(t);
  createRun(config, SPLIT);
  assert.deepEqual(readRunConfig(config.run), config);
  assert.deepEqual(readRunSplit(config.run), SPLIT);
  assert.throws(() => createRun(config, SPLIT), /expected a new folder for the run/);
  const others = { ...SPLIT, training: ['d'] };
  continueRun({ ...config, epochs: 5 }, others, { epoch: 0, step: 0, validated: 0 });
  assert.equal(readRunConfig(config.run).epochs, 5);
  assert.deepEqual(readRunSplit(config.run), others);
});

test('createRun() takes what a start that was killed at once left: a folder with nothing but parts', (t) => {
  const config = configIn(t);
  mkdirSync(config.run);
  writeFileSync(join(config.run, 'config.json.0.partial'), '{');
  createRun(config, SPLIT);
  assert.ok(existsSync(join(config.run, 'metrics.jsonl')));
});

test('lockRun() is held by one at a time, and leaves nothing behind', (t) => {
  const { run } = configIn(t);
  const unlock = lockRun(run);
  assert.throws(() => lockRun(`${run}/`), /is being written by process/);
  unlock();
  lockRun(run)();
  assert.deepEqual(readdirSync(join(run, '..')), []);
});

test('readRunConfig(), readRunSplit() and createRun() name the folder or file that does not fit', (t) => {
  const config = configIn(t);
  assert.throws(() => readRunConfig(config.run), /run: expected the folder of a run, found nothing/);
  assert.equal(readRunSplit(config.run), undefined);
  createRun(config, SPLIT);
  writeFileSync(join(config.run, 'config.json'), '');
  assert.throws(() => readRunConfig(config.run), /config\.json: .*an empty file/);
  writeFileSync(join(config.run, 'split.json'), '{"labels": "ab", "training": [1]}');
  assert.throws(() => readRunSplit(config.run), /split\.json: training\[0\]: expected a text, received 1/);
  rmSync(config.run, { recursive: true });
  writeFileSync(config.run, 'a file');
  assert.throws(() => createRun(config, SPLIT), /cannot be made|ENOTDIR/);
});

test('beginImport() takes back what an import that was killed has made, and nothing of others; till its end there is no run', (t) => {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-import-'));
  t.after(() => rmSync(run, { recursive: true }));
  beginImport(run);
  writeFileSync(join(run, 'config.json'), '{}');
  mkdirSync(join(run, 'checkpoints', 'epoch-0000.partial'), { recursive: true });
  assert.throws(() => readRunConfig(run), /whose import was cut short: import it again/);
  beginImport(run);
  assert.deepEqual(readdirSync(run), ['import.partial']);
  endImport(run);
  assert.deepEqual(readdirSync(run), []);
  writeFileSync(join(run, 'notes.txt'), 'mine');
  assert.throws(() => beginImport(run), /expected a new folder for the run, found other content/);
  assert.deepEqual(readdirSync(run), ['notes.txt']);
});
