import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../../src/errors.js';
import type { Snapshot } from '../../../src/training/run/checkpoint.js';
import { CheckpointKeeper } from '../../../src/training/run/checkpointKeeper.js';
import type { CheckpointMeta } from '../../../src/training/run/checkpointMeta.js';
import type { Learner } from '../../../src/training/step/learner.js';
import { checkpointAt } from '../checkpointFixture.js';

const metaAt = (step: number): CheckpointMeta => checkpointAt({ epoch: 0, step }).meta;

/** A keeper whose writes end when the test says so. */
function keeperOf(checkpointMinutes: number, checkpointSteps: number, rank = 0) {
  const writes: { step: number; end: () => void; fail: (error: Error) => void }[] = [];
  const keeper = new CheckpointKeeper({
    config: { run: 'run', checkpointMinutes, checkpointSteps },
    learner: {
      rank,
      weights: async () => new Map(),
      optimizerState: async () => new Map(),
    } as unknown as Learner,
    fromStep: 0,
    save: (_: string, { meta: { step } }: Snapshot) =>
      new Promise((resolve, fail) => writes.push({ step, end: () => resolve(`at ${step}`), fail })),
  });
  return { keeper, writes, steps: () => writes.map(({ step }) => step) };
}

/** Lets promises that are settled go on. */
const moment = () => new Promise((resolve) => setImmediate(resolve));

test('afterStep() begins to write after so many steps, does not wait for the disk, and never writes two at once', async () => {
  const { keeper, writes, steps } = keeperOf(0, 3);
  for (let step = 1; step <= 8; step++) await keeper.afterStep(metaAt(step), undefined);
  assert.deepEqual(steps(), [3]);
  writes[0]!.end();
  await moment();
  await keeper.afterStep(metaAt(9), undefined);
  assert.deepEqual(steps(), [3, 9]);
  writes[1]!.end();
  await keeper.settle();
});

test('afterStep() writes when minutes have gone by; with 0 and 0, and on other processes, it never does', async () => {
  const soon = keeperOf(1e-9, 0);
  await soon.keeper.afterStep(metaAt(1), undefined);
  assert.deepEqual(soon.steps(), [1]);
  for (const { keeper, steps } of [keeperOf(0, 0), keeperOf(60, 0), keeperOf(1e-9, 1, 1)]) {
    await keeper.afterStep(metaAt(1), undefined);
    assert.deepEqual(steps(), []);
  }
});

test('save() waits for what is being written, then until its own is on the disk', async () => {
  const { keeper, writes, steps } = keeperOf(0, 1);
  await keeper.afterStep(metaAt(1), undefined);
  const saved = keeper.save(metaAt(2), undefined);
  await moment();
  assert.deepEqual(steps(), [1]);
  writes[0]!.end();
  await moment();
  assert.deepEqual(steps(), [1, 2]);
  writes[1]!.end();
  assert.equal(await saved, 'at 2');
  assert.equal(await keeper.saveNewSteps(metaAt(2), undefined), false, 'this step is kept');
});

test('a write that fails is thrown by the next call, and its steps count as not kept', async () => {
  const { keeper, writes, steps } = keeperOf(0, 2);
  await keeper.afterStep(metaAt(2), undefined);
  writes[0]!.fail(new Error('no room'));
  await moment();
  await assert.rejects(keeper.afterStep(metaAt(3), undefined), /no room/);
  await assert.rejects(keeper.settle(), /no room/);
  const saved = keeper.saveNewSteps(metaAt(2), undefined);
  await moment();
  assert.deepEqual(steps(), [2, 2]);
  writes[1]!.end();
  assert.equal(await saved, true);
});

test('weights that are no numbers are never written: the error names weight, step and what to do', async () => {
  const writes: number[] = [];
  const keeper = new CheckpointKeeper({
    config: { run: 'run', checkpointMinutes: 0, checkpointSteps: 1 },
    learner: {
      rank: 0,
      weights: async () =>
        new Map([
          ['good', { shape: [1], data: Float32Array.of(1) }],
          ['stem/conv/kernel', { shape: [2], data: Float32Array.of(0, Number.NaN) }],
        ]),
      optimizerState: async () => new Map(),
    } as unknown as Learner,
    fromStep: 0,
    save: async (_, { meta }) => `${writes.push(meta.step)}`,
  });
  for (const write of ['afterStep', 'save', 'saveNewSteps'] as const)
    await assert.rejects(
      keeper[write](metaAt(3), undefined),
      (error) =>
        error instanceof EngineError &&
        /stem\/conv\/kernel has NaN after step 3; .*before it are kept; begin another run with a lower LEARNING_RATE/.test(
          error.message,
        ),
    );
  assert.deepEqual(writes, []);
});
