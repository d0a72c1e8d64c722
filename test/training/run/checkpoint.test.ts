import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EnvironmentError } from '../../../src/errors.js';
import {
  completeCheckpoint,
  linkTarget,
  type Snapshot,
  saveCheckpoint,
  withdrawCheckpoint,
} from '../../../src/training/run/checkpoint.js';
import { hasCheckpoint, loadLinked } from '../../../src/training/run/loadCheckpoint.js';
import { checkpointAt } from '../checkpointFixture.js';

function scratch(t: TestContext): string {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-checkpoint-'));
  t.after(() => rmSync(run, { recursive: true }));
  return run;
}

test('saveCheckpoint() moves last and best, and keeps these two and the one before the last', async (t) => {
  const run = scratch(t);
  for (const [epoch, best] of [
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 2],
    [5, 2],
  ] as const)
    await saveCheckpoint(run, checkpointAt({ epoch, best }));
  assert.deepEqual(readdirSync(join(run, 'checkpoints')).sort(), ['epoch-0002', 'epoch-0004', 'epoch-0005']);
  assert.deepEqual([linkTarget(run, 'last'), linkTarget(run, 'best')], ['epoch-0005', 'epoch-0002']);
  const { meta, weights, optimizer } = await loadLinked(run, 'last');
  assert.deepEqual([meta.epoch, meta.step], [5, 50]);
  assert.deepEqual([weights.get('w')?.data[0], optimizer.get('m')?.data[0]], [50, -50]);
});

test('saveCheckpoint() inside an epoch moves last alone; the same step again replaces it', async (t) => {
  const run = scratch(t);
  await saveCheckpoint(run, checkpointAt({ epoch: 1, best: 1 }));
  for (let time = 0; time < 2; time++)
    assert.equal(
      basename(await saveCheckpoint(run, checkpointAt({ epoch: 1, step: 13, best: 1 }))),
      'epoch-0001-step-000013',
    );
  assert.deepEqual(
    [linkTarget(run, 'last'), linkTarget(run, 'best')],
    ['epoch-0001-step-000013', 'epoch-0001'],
  );
});

test('saveCheckpoint() that cannot write says so and what can be done, and leaves the checkpoints before it', async (t) => {
  const run = scratch(t);
  const refuses = (snapshot: Snapshot, reason: RegExp) =>
    assert.rejects(
      saveCheckpoint(run, snapshot),
      (error) => error instanceof EnvironmentError && reason.test(error.message),
    );
  writeFileSync(join(run, 'checkpoints'), 'a file');
  await refuses(
    checkpointAt({ epoch: 1 }),
    /cannot be written \(.*make room.*--resume .* then begins it again/,
  );
  rmSync(join(run, 'checkpoints'));
  assert.equal(hasCheckpoint(run), false);

  await saveCheckpoint(run, checkpointAt({ epoch: 1, best: 1 }));
  // A number of 64 bits has no JSON: the arrays are written, meta.json cannot be.
  const whole = checkpointAt({ epoch: 2, best: 2 });
  const broken = { ...whole, meta: { ...whole.meta, layout: { threads: 2n } } } as unknown as Snapshot;
  await refuses(broken, /the checkpoints before it are whole, go on with --resume/);
  assert.deepEqual(readdirSync(join(run, 'checkpoints')), ['epoch-0001']);
  assert.ok(existsSync(join(run, 'last', 'meta.json')));
});

test('saveCheckpoint() leaves no doubt after it was killed between renaming and linking: last is whole', async (t) => {
  const run = scratch(t);
  await saveCheckpoint(run, checkpointAt({ epoch: 1, best: 1 }));
  // As a kill leaves them: a part, and a checkpoint that no link names yet.
  mkdirSync(join(run, 'checkpoints', 'epoch-0003.partial'));
  mkdirSync(join(run, 'checkpoints', 'epoch-0002'));
  assert.equal((await loadLinked(run, 'last')).meta.epoch, 1);
  await saveCheckpoint(run, checkpointAt({ epoch: 2, best: 1 }));
  assert.deepEqual(readdirSync(join(run, 'checkpoints')).sort(), ['epoch-0001', 'epoch-0002']);
});

test('completeCheckpoint() at an epoch end gives the arrays of its last step their epoch, without writing them again', async (t) => {
  const run = scratch(t);
  const names = () => readdirSync(join(run, 'checkpoints')).sort();
  await saveCheckpoint(run, checkpointAt({ epoch: 1, best: 1 }));
  await saveCheckpoint(run, checkpointAt({ epoch: 1, step: 15, best: 1 }));
  await saveCheckpoint(run, checkpointAt({ epoch: 1, step: 20, best: 1 }));
  assert.deepEqual(names(), ['epoch-0001', 'epoch-0001-step-000015', 'epoch-0001-step-000020']);
  const { ino } = statSync(join(run, 'last', 'weights.safetensors'));
  const hardest = { epoch: 2, rows: [4], probabilities: [0.5] };
  const { meta } = checkpointAt({ epoch: 2, best: 2 });
  await completeCheckpoint(run, meta, hardest);
  assert.deepEqual(names(), ['epoch-0001-step-000015', 'epoch-0002'], 'and the one before it is kept');
  assert.deepEqual([linkTarget(run, 'last'), linkTarget(run, 'best')], ['epoch-0002', 'epoch-0002']);
  assert.equal(statSync(join(run, 'last', 'weights.safetensors')).ino, ino);
  const loaded = await loadLinked(run, 'last');
  const { files, ...stored } = loaded.meta;
  assert.deepEqual(stored, meta);
  assert.equal(Object.keys(files ?? {}).length, 2, 'what the arrays held when they were written');
  assert.deepEqual([loaded.weights.get('w')?.data[0], loaded.hardest], [20, hardest]);
});

test('completeCheckpoint() inside an epoch adds the scores, and moves best where they are', async (t) => {
  const run = scratch(t);
  await saveCheckpoint(run, checkpointAt({ epoch: 1, best: 1 }));
  for (const [step, bestStep] of [
    [13, 13],
    [16, 13],
    [19, 13],
  ] as const) {
    const before = bestStep === step ? { best: 1 } : { best: 2, bestStep };
    await saveCheckpoint(run, checkpointAt({ epoch: 1, step, ...before }));
    await completeCheckpoint(run, checkpointAt({ epoch: 1, step, best: 2, bestStep, validated: step }).meta);
  }
  assert.deepEqual(
    [linkTarget(run, 'last'), linkTarget(run, 'best')],
    ['epoch-0001-step-000019', 'epoch-0001-step-000013'],
  );
  assert.deepEqual(readdirSync(join(run, 'checkpoints')).sort(), [
    ...['epoch-0001-step-000013', 'epoch-0001-step-000016', 'epoch-0001-step-000019'],
  ]);
  const { meta } = await loadLinked(run, 'best');
  assert.deepEqual([meta.step, meta.validated, meta.best?.step, meta.best?.epoch], [13, 13, 13, 2]);
  await assert.rejects(
    completeCheckpoint(run, checkpointAt({ epoch: 5 }).meta),
    (error) =>
      error instanceof EnvironmentError && /epoch-0004-step-000050.*go on with --resume/.test(error.message),
  );
});

test('withdrawCheckpoint() makes the one before it the last, and leaves none where there was none', async (t) => {
  const run = scratch(t);
  await saveCheckpoint(run, checkpointAt({ epoch: 1, best: 1 }));
  const bad = checkpointAt({ epoch: 1, step: 20, best: 1 });
  await saveCheckpoint(run, bad);
  await withdrawCheckpoint(run, bad.meta);
  assert.deepEqual([linkTarget(run, 'last'), linkTarget(run, 'best')], ['epoch-0001', 'epoch-0001']);
  await withdrawCheckpoint(run, checkpointAt({ epoch: 1 }).meta);
  assert.deepEqual([linkTarget(run, 'last'), linkTarget(run, 'best')], [undefined, undefined]);
  assert.equal(hasCheckpoint(run), false);
});
