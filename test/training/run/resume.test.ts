import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { linkTarget, saveCheckpoint } from '../../../src/training/run/checkpoint.js';
import type { DataIdentity } from '../../../src/training/run/dataIdentity.js';
import { requireSameRun, requireSameSteps, resumePoint } from '../../../src/training/run/resume.js';
import type { Learner } from '../../../src/training/step/learner.js';
import { CONFIG, checkpointAt } from '../checkpointFixture.js';

const DATA: DataIdentity = { rows: 9, positives: 3, series: 2, patches: '4x4x4', labels: 'a', voxels: 'b' };
const META = { ...checkpointAt({ epoch: 1 }).meta, data: DATA };

function scratch(t: TestContext): string {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-resume-'));
  t.after(() => rmSync(run, { recursive: true }));
  return run;
}

test('resumePoint() of a run that was ended before its first checkpoint begins again, and says so', async (t) => {
  const run = scratch(t);
  assert.deepEqual(await resumePoint(run), { before: undefined, notes: [] }, 'it has not begun');
  writeFileSync(join(run, 'metrics.jsonl'), '');
  const { before, notes } = await resumePoint(run);
  assert.equal(before, undefined);
  assert.match(notes.join(), /no checkpoint yet: it begins again/);
});

test('resumePoint() goes on from the last checkpoint that is whole, says what was damaged, and gives its arrays once', async (t) => {
  const run = scratch(t);
  for (const epoch of [1, 2]) await saveCheckpoint(run, checkpointAt({ epoch }));
  truncateSync(join(run, 'last', 'weights.safetensors'), 9);
  const { before, notes } = await resumePoint(run);
  assert.equal(before?.meta.step, 10);
  assert.match(notes.join(), /epoch-0002 is damaged \(.*\): going on from epoch-0001/);
  const loaded: unknown[] = [];
  const learner = { load: async (weights: unknown) => loaded.push(weights) } as unknown as Learner;
  await before!.loadInto(learner);
  await before!.loadInto(learner);
  assert.equal(loaded.length, 1);
});

test('resumePoint() of a damaged last checkpoint: repair() makes the whole one the last, so that the next save keeps it', async (t) => {
  const run = scratch(t);
  for (const epoch of [1, 2, 3]) await saveCheckpoint(run, checkpointAt({ epoch, best: epoch }));
  truncateSync(join(run, 'last', 'weights.safetensors'), 9);
  const { before } = await resumePoint(run);
  // Epoch 3 was the best; its weights are lost, and with them the best of the run.
  assert.deepEqual([before?.meta.epoch, before?.meta.best?.epoch], [2, 2]);
  await before!.repair();
  assert.deepEqual([linkTarget(run, 'last'), linkTarget(run, 'best')], ['epoch-0002', 'epoch-0002']);
  await saveCheckpoint(run, checkpointAt({ epoch: 2, step: 23, best: 2 }));
  assert.deepEqual(readdirSync(join(run, 'checkpoints')), ['epoch-0002', 'epoch-0002-step-000023']);
});

test('resumePoint() whose best checkpoint is lost, too, begins the search for the best anew', async (t) => {
  const run = scratch(t);
  await saveCheckpoint(run, checkpointAt({ epoch: 1, best: 1 }));
  await saveCheckpoint(run, checkpointAt({ epoch: 2, best: 1 }));
  await saveCheckpoint(run, checkpointAt({ epoch: 2, step: 25, best: 1 }));
  truncateSync(join(run, 'best', 'weights.safetensors'), 9);
  truncateSync(join(run, 'last', 'weights.safetensors'), 9);
  const { before } = await resumePoint(run);
  assert.deepEqual([before?.meta.epoch, before?.meta.best], [2, undefined]);
  await before!.repair();
  assert.deepEqual([linkTarget(run, 'last'), linkTarget(run, 'best')], ['epoch-0002', undefined]);
  // What it leaves can be read again.
  await saveCheckpoint(run, { ...checkpointAt({ epoch: 2, step: 27 }) });
  assert.equal((await resumePoint(run)).before?.meta.step, 27);
});

test('resumePoint() of a copy of a run whose links were followed: folders in their place are replaced', async (t) => {
  const run = scratch(t);
  for (const epoch of [1, 2]) await saveCheckpoint(run, checkpointAt({ epoch, best: 1 }));
  const copy = scratch(t);
  assert.equal(spawnSync('cp', ['-aL', `${run}/.`, copy]).status, 0);
  const { before, notes } = await resumePoint(copy);
  assert.equal(before?.meta.step, 20);
  assert.match(notes.join(), /'last' names no checkpoint: going on from epoch-0002/);
  await before!.repair();
  assert.equal(linkTarget(copy, 'last'), 'epoch-0002');
});

test('requireSameRun() and requireSameSteps() take the same run, and name what differs', () => {
  const before = { meta: META, hardest: { epoch: 1, rows: [8], probabilities: [0.5] } };
  requireSameRun({ ...CONFIG, epochs: 99, data: 'moved' }, DATA, before);
  requireSameSteps(CONFIG, 10, META);
  const { data: _, ...early } = META;
  requireSameRun(CONFIG, { ...DATA, positives: 2 }, { ...before, meta: early });
  const fewer = { ...DATA, rows: 7 };
  for (const [check, says] of [
    [
      () => requireSameRun({ ...CONFIG, seed: 17 }, DATA, before),
      /run: expected the settings of its checkpoint, received seed 17, not 16/,
    ],
    [
      () => requireSameRun(CONFIG, fewer, before),
      /x\.hdf5: expected the data that run was trained on, received 7 rows where there were 9/,
    ],
    [
      () => requireSameRun(CONFIG, { ...DATA, voxels: 'c' }, before),
      /received other voxels: name those with --data/,
    ],
    [() => requireSameRun(CONFIG, fewer, { ...before, meta: early }), /fewer rows than its hard negatives/],
    [() => requireSameSteps(CONFIG, 7, META), /received 7 steps an epoch where there were 10/],
  ] as const)
    assert.throws(check, (error) => error instanceof InputError && says.test(error.message), String(says));
});
