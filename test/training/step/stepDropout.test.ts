import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOfOwn } from '../../../src/model/ownNetwork.js';
import { dense, denseShapes, dropout } from '../../../src/model/pieceParts.js';
import { networkOf } from '../../../src/model/zoo/networks.js';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { createLearner } from '../../../src/training/step/createLearner.js';
import type { LearnerOptions } from '../../../src/training/step/learnerOptions.js';
import { assertSameBits, batch, difference, options, outcomeOf, ROWS } from '../learnerOutcome.js';

openEngine({ threads: 2, cpuDevices: 4 });

const network = networkOf({ name: 'cnn3d', inputSize: [16, 16, 16], filters: 4, dropout: 0.5 });
const dropping: Partial<LearnerOptions> = { network };
const cuts = ['c3', 'head'];

test('dropout gives the same bits again, in a pipeline, in recomputed pieces, and after load() of the state in between', async () => {
  const single = await outcomeOf({ microBatches: 2 }, dropping);
  assertSameBits(await outcomeOf({ microBatches: 2 }, dropping), single);
  assertSameBits(
    await outcomeOf({ strategy: 'pipeline', devices: 3, microBatches: 2, cuts }, dropping),
    single,
  );
  assertSameBits(await outcomeOf({ microBatches: 2 }, { ...dropping, recompute: true }), single);

  const [a, b] = [await createLearner({ ...options, network }), await createLearner({ ...options, network })];
  await a.step(batch);
  await b.load(await a.weights(), await a.optimizerState());
  const losses = await Promise.all([a, b].map(async (learner) => (await learner.step(batch)).loss));
  assert.equal(losses[0], losses[1]);
  for (const learner of [a, b]) learner.dispose();
});

test('dropout leaves out the same on 2 replicas as on one device; another seed leaves out others', async () => {
  const plain = {
    ...dropping,
    optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0 },
    learningRate: 0.02,
  } as const;
  const single = await outcomeOf({}, { ...plain, syncBatchNorm: true });
  const data = await outcomeOf({ strategy: 'data', devices: 2 }, { ...plain, syncBatchNorm: true });
  assert.ok(difference(data, single) < 1e-5, `${difference(data, single)}`);
  const none = networkOf({ name: 'cnn3d', inputSize: [16, 16, 16], filters: 4 });
  const kept = await outcomeOf({}, { ...plain, network: none });
  assert.ok(difference(kept, single) > 1e-3, 'without it the weights are others');

  const [a, b] = [1, 2].map((seed) => createLearner({ ...options, network, seed }));
  const weights = await (await a!).weights();
  await (await b!).load(weights, await (await a!).optimizerState());
  assert.notEqual((await (await a!).step(batch)).loss, (await (await b!).step(batch)).loss);
  for (const learner of [a!, b!]) (await learner).dispose();
});

/** Its logit is the mean of all voxels that dropout keeps, made larger in proportion. */
const meaning = (rate: number, byChannel: boolean) =>
  networkOfOwn(
    {
      name: 'mean',
      parameters: denseShapes('all/dense', 16 ** 3),
      pieces: [
        {
          name: 'all',
          run: (p, x) => {
            const given = byChannel ? x.reshape([x.shape[0]!, 1, 1, 1, -1]) : x.reshape([x.shape[0]!, -1]);
            return dense(p, 'all/dense', dropout(p, 'voxels', given, rate).reshape([x.shape[0]!, -1]));
          },
        },
      ],
    },
    [16, 16, 16],
  );

for (const byChannel of [false, true])
  test(`dropout of ${byChannel ? 'channels' : 'features'} keeps the wanted share, with the mean as it was; predictions keep all`, async () => {
    for (const rate of [0.25, 0.9]) {
      const learner = await createLearner({
        ...{ ...options, network: meaning(rate, byChannel), learningRate: 0, l2: 0 },
        batchLoss: {
          ...{ kind: 'cross-entropy', focalGamma: 0, focalAlpha: 0, classFactors: [1, 1] },
          own: { name: 'logit', ofRows: (logits) => logits },
        },
      });
      await learner.load(
        new Map([
          ['all/dense/kernel', { shape: [16 ** 3, 1], data: new Float32Array(16 ** 3).fill(1 / 16 ** 3) }],
          ['all/dense/bias', { shape: [1], data: new Float32Array(1) }],
        ]),
      );
      const bright = { ...batch, inputHu: new Int16Array(batch.inputHu.length).fill(400) };
      const means: number[] = [];
      for (let step = 0; step < 4; step++) means.push((await learner.step(bright)).loss);
      // Five standard deviations of the mean of 65,536 numbers of which a share is kept.
      const deviation = Math.sqrt(rate / (1 - rate) / (ROWS * 16 ** 3));
      for (const mean of means) assert.ok(Math.abs(mean - 1) < 5 * deviation, `${rate}: ${means}`);
      assert.equal(new Set(means).size, 4, 'each step leaves out others');
      const { probabilities } = await learner.predict(bright.inputHu, 2);
      assert.ok(Math.abs(probabilities[0]! - 1 / (1 + Math.exp(-1))) < 1e-6, `${probabilities}`);
      learner.dispose();
    }
  });
