import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BatchLoss } from '../../../src/model/loss.js';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { createLearner } from '../../../src/training/step/createLearner.js';
import { decidedBatch, isNoise, options, relativeNorm } from '../decidedBatch.js';
import { assertSameBits, batch, difference, outcomeOf, ROWS } from '../learnerOutcome.js';

openEngine({ threads: 2, cpuDevices: 4 });
/** Traced in a fifth of ResNet3D-18's time, for what holds of any network. */
const small = { network: { name: 'cnn3d', inputSize: [16, 16, 16], filters: 4 } } as const;

test("recompute: the same bits, on one device, in pipelines and with all replicas' batch norm", async () => {
  const pipeline = { strategy: 'pipeline', devices: 2, microBatches: 4, cuts: ['c3'] } as const;
  for (const [parallel, more] of [
    [{}, {}],
    [{ microBatches: 2 }, { clipNorm: 0.5, emaDecay: 0.9 }],
    [{}, { precision: 'bfloat16' }],
    [pipeline, small],
    [{ ...pipeline, schedule: 'gpipe' }, small],
    [
      { strategy: 'data', devices: 2 },
      { ...small, syncBatchNorm: true },
    ],
  ] as const)
    assertSameBits(await outcomeOf(parallel, { ...more, recompute: true }), await outcomeOf(parallel, more));
});

const FOCAL: BatchLoss = { kind: 'focal', focalGamma: 2, focalAlpha: 0.25, classFactors: [0.8, 3] };

test('step(): losses and weights of three steps with focal loss, alpha and class weights equal Keras to 1e-4', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-focal-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const learner = await createLearner({
    ...{ ...options, batchLoss: FOCAL, learningRate: 0.02 },
    optimizer: { name: 'sgd', momentum: 0.8, weightDecay: 0 },
  });
  const { batch: decided, keras } = decidedBatch(folder, await learner.weights(), {
    loss: {
      class: 'BinaryFocalCrossentropy',
      options: { alpha: 0.25, gamma: 2, apply_class_balancing: true },
    },
    classWeights: [0.8, 3],
    optimizer: { class: 'SGD', options: { momentum: 0.8 } },
    learningRate: 0.02,
  });
  // Measured (Keras 3.15): losses within 1.3e-6, weights within 4.3e-6.
  for (const expected of keras.losses) {
    const { loss } = await learner.step(decided);
    assert.ok(Math.abs(loss / expected - 1) < 1e-4, `loss ${loss}, Keras ${expected}`);
  }
  for (const [name, { data }] of await learner.weights()) {
    if (isNoise(name) || name.endsWith('moving_mean')) continue;
    const off = relativeNorm(data, keras.after.get(name)!);
    assert.ok(off < 1e-4, `${name}: ${off}`);
  }
  learner.dispose();
});

test('class weights and focal loss are the same on all strategies, though parts of the batch have other classes', async () => {
  // All nodules are in the first part of each division.
  const sorted = { ...batch, labels: Float32Array.from({ length: ROWS }, (_, row) => (row < 3 ? 1 : 0)) };
  const sgd = { name: 'sgd', momentum: 0.9, weightDecay: 0 } as const;
  const plain = { ...small, optimizer: sgd, learningRate: 0.02, batchLoss: FOCAL };
  const run = (...[parallel, more]: Parameters<typeof outcomeOf>) =>
    outcomeOf(parallel, { ...plain, ...more }, 3, sorted);
  const single = await run({});
  const unweighted = await run({}, { batchLoss: { ...FOCAL, classFactors: [1, 1] } });
  assert.ok(difference(unweighted, single) > 1e-3);
  const data = await run({ strategy: 'data', devices: 4 }, { syncBatchNorm: true });
  // Measured 7.7e-6: four parts, each with sums in its own order.
  assert.ok(difference(data, single) < 3e-5, `${difference(data, single)}`);
  for (const [i, loss] of data.losses.entries()) assert.ok(Math.abs(loss / single.losses[i]! - 1) < 1e-5);
  const parts = await run({ microBatches: 2 });
  const pipeline = { strategy: 'pipeline', devices: 2, microBatches: 2, cuts: ['c3'] } as const;
  assertSameBits(await run(pipeline), parts);
  assertSameBits(await run({ strategy: 'hybrid', devices: 4, stages: 2, cuts: ['c3'] }), parts);
  for (const precision of ['bfloat16', 'float16'] as const) {
    const mixed = await run({}, { precision });
    for (const [i, loss] of mixed.losses.entries())
      assert.ok(
        Math.abs(loss / single.losses[i]! - 1) < 0.05,
        `${precision} ${i}: ${loss}, ${single.losses[i]}`,
      );
  }
});
