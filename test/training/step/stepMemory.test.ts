import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NetworkOptions, sizeOf } from '../../../src/model/architecture.js';
import { parametersOf } from '../../../src/model/zoo/networks.js';
import { createLearner } from '../../../src/training/step/createLearner.js';
import { ON_ONE_DEVICE } from '../../../src/training/step/learnerOptions.js';
import { bytesOfStep } from '../../../src/training/step/stepMemory.js';
import { options } from '../decidedBatch.js';

test('stepMemory() grows with the rows that are computed at once, and with what a schedule keeps', async () => {
  const bytesOf = async (parallel: object, batchSize = 16, recompute = false): Promise<number> => {
    const learner = await createLearner({
      ...{ ...options, batchSize, recompute },
      parallel: { ...ON_ONE_DEVICE, cuts: ['s2b1'], ...parallel },
    });
    const bytes = bytesOfStep(await learner.stepMemory());
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
  const gpipe = { ...pipeline, schedule: 'gpipe' };
  assert.ok((await bytesOf(gpipe)) > (await bytesOf(pipeline)));
  assert.ok((await bytesOf({}, 16, true)) < 0.7 * whole, 'the stem is about half of the network');
  assert.ok(
    (await bytesOf(gpipe, 16, true)) < 0.5 * (await bytesOf(gpipe)),
    'inputs of pieces alone are kept',
  );
});

test('stepMemory() of a stage is its share of the variables, and less than the whole network needs', async () => {
  const memoryOf = async (parallel: object) => {
    const learner = await createLearner({
      ...options,
      batchSize: 16,
      parallel: { ...ON_ONE_DEVICE, ...parallel },
    });
    const memory = await learner.stepMemory();
    learner.dispose();
    return memory;
  };
  const [whole] = await memoryOf({ microBatches: 4 });
  const stages = await memoryOf({ strategy: 'pipeline', devices: 2, cuts: ['s2b1'], microBatches: 4 });
  const values = parametersOf(options.network as NetworkOptions).map((parameter) => ({
    count: sizeOf(parameter),
    kept: /moving/.test(parameter.name) ? 1 : 3,
  }));
  assert.equal(
    whole!.variables,
    values.reduce((sum, { count, kept }) => sum + 4 * kept * count, 0),
    'weights, two moments of Adam, and the averages',
  );
  assert.equal(
    stages.reduce((sum, { variables }) => sum + variables, 0),
    whole!.variables,
  );
  assert.equal(
    stages.reduce((sum, { gradients }) => sum + gradients, 0),
    whole!.gradients,
  );
  assert.deepEqual(
    stages.map(({ device }) => device.slice(-5)),
    ['CPU:0', 'CPU:1'],
  );
  // The first stage keeps two micro-batches of its part, the second one: more than the whole network's one, but not twice.
  const activations = stages.map((stage) => stage.activations);
  assert.ok(
    activations[0]! < 2 * whole!.activations && activations[1]! < whole!.activations,
    `${activations}`,
  );
});
