import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { saveCheckpoint } from '../../src/training/checkpoint.js';
import type { DataIdentity } from '../../src/training/dataIdentity.js';
import type { Learner } from '../../src/training/learner.js';
import { requireSameRun, requireSameSteps, resumePoint } from '../../src/training/resume.js';
import { CONFIG, checkpointAt } from './checkpointFixture.js';

const DATA: DataIdentity = { rows: 9, positives: 3, series: 2, patches: '4x4x4', labels: 'a', voxels: 'b' };
const META = { ...checkpointAt({ epoch: 1 }).meta, data: DATA };

function scratch(t: TestContext): string {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-resume-'));
  t.after(() => rmSync(run, { recursive: true }));
  return run;
}

test('resumePoint() of a run that was ended before its first checkpoint begins again, and says so', async (t) => {
  const { before, notes } = await resumePoint(scratch(t));
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
