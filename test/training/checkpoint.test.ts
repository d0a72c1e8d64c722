import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EnvironmentError } from '../../src/errors.js';
import {
  type CheckpointMeta,
  linkedCheckpoint,
  loadCheckpoint,
  readCheckpointMeta,
  readHardNegatives,
  saveCheckpoint,
} from '../../src/training/checkpoint.js';
import type { Learner, NamedArray } from '../../src/training/learner.js';

function scratch(t: TestContext): string {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-checkpoint-'));
  t.after(() => rmSync(run, { recursive: true }));
  return run;
}

/** A learner of one number. */
function learnerOf(value: number): Learner & { loaded: number[] } {
  const arrays = (name: string) =>
    new Map<string, NamedArray>([[name, { shape: [], data: Float32Array.of(value) }]]);
  const loaded: number[] = [];
  return {
    loaded,
    weights: async () => arrays('w'),
    optimizerState: async () => arrays('m'),
    load: async (weights: ReadonlyMap<string, NamedArray>, state?: ReadonlyMap<string, NamedArray>) => {
      loaded.push(weights.get('w')!.data[0]!, state!.get('m')!.data[0]!);
    },
  } as unknown as Learner & { loaded: number[] };
}

const meta = (epoch: number, best: number): CheckpointMeta =>
  ({
    epoch,
    step: epoch * 10,
    stepsPerEpoch: 10,
    best: { epoch: best },
    config: {},
    layout: {},
    program: 'x',
  }) as unknown as CheckpointMeta;

test('saveCheckpoint() moves last and best, and keeps these two alone', async (t) => {
  const run = scratch(t);
  await saveCheckpoint(run, learnerOf(1), meta(1, 1));
  await saveCheckpoint(run, learnerOf(2), meta(2, 2));
  await saveCheckpoint(run, learnerOf(3), meta(3, 2));
  await saveCheckpoint(run, learnerOf(4), meta(4, 2));
  assert.deepEqual(readdirSync(join(run, 'checkpoints')).sort(), ['epoch-0002', 'epoch-0004']);
  assert.equal(readCheckpointMeta(linkedCheckpoint(run, 'best')).step, 20);
  const learner = learnerOf(0);
  await loadCheckpoint(linkedCheckpoint(run, 'last'), learner);
  assert.deepEqual(learner.loaded, [4, 4]);
});

test('saveCheckpoint() that cannot write says so, and leaves the checkpoints before it', async (t) => {
  const run = scratch(t);
  await saveCheckpoint(run, learnerOf(1), meta(1, 1));
  const broken = {
    ...learnerOf(2),
    optimizerState: () => Promise.reject(new Error('ENOSPC: no space left')),
  } as unknown as Learner;
  await assert.rejects(
    saveCheckpoint(run, broken, meta(2, 2)),
    (error) => error instanceof EnvironmentError && /ENOSPC/.test(error.message),
  );
  assert.deepEqual(readdirSync(join(run, 'checkpoints')), ['epoch-0001']);
  assert.ok(existsSync(join(linkedCheckpoint(run, 'last'), 'meta.json')));
});

test('linkedCheckpoint() and readCheckpointMeta() name a run without a checkpoint, and a broken one', (t) => {
  const run = scratch(t);
  assert.throws(() => linkedCheckpoint(run, 'last'), /no epoch was finished/);
  assert.throws(() => linkedCheckpoint(join(run, 'none'), 'best'), /found nothing/);
  writeFileSync(join(run, 'meta.json'), '{');
  assert.throws(() => readCheckpointMeta(run), /meta\.json: expected a checkpoint's meta\.json/);
});

test('readHardNegatives() gives what saveCheckpoint() kept, nothing where there was nothing, and names a broken file', async (t) => {
  const run = scratch(t);
  const hardest = { epoch: 1, rows: [7, 3], probabilities: [0.9, 0.1] };
  const folder = await saveCheckpoint(run, learnerOf(1), meta(1, 1), hardest);
  assert.deepEqual(readHardNegatives(folder), hardest);
  assert.equal(readHardNegatives(await saveCheckpoint(run, learnerOf(2), meta(2, 2))), undefined);
  writeFileSync(join(linkedCheckpoint(run, 'last'), 'hard-negatives.json'), '{');
  assert.throws(
    () => readHardNegatives(linkedCheckpoint(run, 'last')),
    /expected the hard negatives of an epoch/,
  );
});
