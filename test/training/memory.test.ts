import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { EnvironmentError } from '../../src/errors.js';
import { createLearner } from '../../src/training/createLearner.js';
import { ON_ONE_DEVICE } from '../../src/training/learnerOptions.js';
import { freeBytes, requireMemory } from '../../src/training/memory.js';
import { options } from './decidedBatch.js';

test('freeBytes() is some of what the machine has', () => {
  assert.ok(freeBytes() > 1e6 && freeBytes() <= totalmem());
});

test('requireMemory() says what is needed, what is there, and the batch that would fit', () => {
  requireMemory(1e9, { batchSize: 16 }, 2e9);
  assert.throws(
    () => requireMemory(8e9, { batchSize: 16 }, 3e9),
    (error) =>
      error instanceof EnvironmentError &&
      /needs about 8\.0 GB .* 3\.0 GB are free: take a BATCH_SIZE of at most 6/.test(error.message),
  );
});

test('stepBytes() grows with the rows that are computed at once, and with what a schedule keeps', async () => {
  const bytesOf = async (parallel: object, batchSize = 16): Promise<number> => {
    const learner = await createLearner({
      ...{ ...options, batchSize },
      parallel: { ...ON_ONE_DEVICE, cuts: ['s2b1'], ...parallel },
    });
    const bytes = await learner.stepBytes();
    learner.dispose();
    return bytes;
  };
  const [whole, half, accumulated] = [
    await bytesOf({}),
    await bytesOf({}, 8),
    await bytesOf({ microBatches: 2 }),
  ];
  assert.ok(whole > 1.7 * half, `${whole} ${half}`);
  assert.ok(Math.abs(accumulated / half - 1) < 0.01, 'micro-batches come one after the other');
  const pipeline = { strategy: 'pipeline', devices: 2, microBatches: 4 };
  assert.ok((await bytesOf({ ...pipeline, schedule: 'gpipe' })) > (await bytesOf(pipeline)));
});
