import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPredictingLearner } from '../../src/training/predictingLearner.js';
import { loadLinked } from '../../src/training/run/loadCheckpoint.js';
import { train } from '../../src/training/train.js';
import { allRecords, trainFixture } from './trainFixture.js';

const FORMAT = { dim: 16, slices: 16, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;

test('createPredictingLearner() on several devices takes as many rows on each, and says the same of them', async (t) => {
  // After so few steps cnn3d says the same of several of these patches, to the bit.
  const config = { ...(await trainFixture(t)), network: 'resnet3d-18', epochs: 1 };
  await allRecords(train(config));
  const { weights, optimizer } = await loadLinked(config.run, 'last');
  const patches = Int16Array.from({ length: 18 * 16 ** 3 }, (_, i) => ((i * 7919) % 1400) - 1000);
  const predicted = async (devices: number, rows: number): Promise<number[]> => {
    const learner = await createPredictingLearner(config, FORMAT, { devices });
    try {
      assert.equal(learner.batchSize, devices * config.batchSize);
      await learner.load(weights, optimizer);
      return Array.from((await learner.predict(patches, rows)).probabilities);
    } finally {
      learner.dispose();
    }
  };
  const onThree = await predicted(3, 16);
  assert.deepEqual(onThree.slice(0, 6), await predicted(1, 6));
  assert.deepEqual([onThree.length, new Set(onThree).size], [16, 16]);
});
