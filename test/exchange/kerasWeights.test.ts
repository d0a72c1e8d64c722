import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readNetwork } from '../../src/exchange/readNetwork.js';
import { inRepository } from '../../src/paths.js';
import { createLearner } from '../../src/training/step/createLearner.js';
import { largestDifference } from './exchangeRun.js';

// Files of Keras 3: importNetwork.test.ts. These were written by Keras 2, as test/fixtures/exchange/writeKeras2.py says.
const fixture = (name: string): string => inRepository('test', 'fixtures', 'exchange', name);

for (const name of ['model.h5', 'weights.h5'])
  test(`readNetwork() reads ${name} of Keras 2: predictions equal its own to 1e-5`, async (t) => {
    const { network, weights } = await readNetwork(fixture(name), { name: 'resnet3d-18', channels: 1 });
    const filters = network.filters!;
    const { input, predictions } = JSON.parse(readFileSync(fixture('predictions.json'), 'utf8'));
    const rows = predictions.length;
    const learner = await createLearner({
      ...{ network: { inputSize: [8, 8, 8], filters }, windowHu: { low: 0, high: 10_000 } },
      ...{ batchSize: rows, learningRate: 1e-3, l2: 0, seed: 1 },
    });
    t.after(() => learner.dispose());
    await learner.load(weights);
    const inputHu = Int16Array.from(input as number[], (value) => Math.round(10_000 * value));
    const { probabilities } = await learner.predict(inputHu, rows);
    const difference = largestDifference(probabilities, predictions);
    t.diagnostic(`largest difference ${difference}`);
    assert.ok(difference < 1e-5, `${difference}`);
  });
