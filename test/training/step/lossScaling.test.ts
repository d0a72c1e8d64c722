import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { createLearner } from '../../../src/training/step/createLearner.js';
import type { NamedArray } from '../../../src/training/step/learner.js';
import {
  type LearnerOptions,
  ON_ONE_DEVICE,
  type ParallelOptions,
} from '../../../src/training/step/learnerOptions.js';
import { GROWTH_STEPS, LossScale } from '../../../src/training/step/lossScaling.js';
import { runPython } from '../../python.js';
import { batch, options as given, outcomeOf as outcomeOfAny, ROWS } from '../learnerOutcome.js';

openEngine({ threads: 2, cpuDevices: 4 });

/** The smallest network: the scale is of the loss and the gradients, whatever made them. */
const network = { name: 'cnn3d', inputSize: [16, 16, 16], filters: 4 } as const;
const options: LearnerOptions = { ...given, network };
const outcomeOf: typeof outcomeOfAny = (parallel, more, steps) =>
  outcomeOfAny(parallel, { network, ...more }, steps);

test("LossScale: the scales and good steps are those of Keras' LossScaleOptimizer", () => {
  // Steps whose gradient is not finite, from 0.
  const bad = [3, 4, 10, 2011, 6100];
  const steps = 6200;
  const keras = runPython<[number, number][]>(
    `import json, sys, keras, tensorflow as tf
q = json.load(sys.stdin)
weight = tf.Variable([1.0])
optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.0), initial_scale=2.0 ** 15, dynamic_growth_steps=q['growth'])
optimizer.build([weight])
step = tf.function(lambda gradient: optimizer.apply([gradient]))
out = []
for i in range(q['steps']):
    step(tf.constant([float('inf') if i in q['bad'] else 1.0]))
    out.append([float(optimizer.dynamic_scale.numpy()), int(optimizer.step_counter.numpy())])
print(json.dumps(out))`,
    { growth: GROWTH_STEPS, steps, bad },
  );
  const scale = new LossScale();
  const ours = keras.map((_, step): [number, number] => {
    scale.update(!bad.includes(step));
    return [scale.scale, scale.goodSteps];
  });
  assert.deepEqual(ours, keras);
  for (let i = 0; i < 50; i++) scale.update(false);
  assert.equal(scale.scale, 1, 'it does not fall below 1');
});

const CASES: readonly [string, Partial<ParallelOptions>, Partial<LearnerOptions>][] = [
  ['adam', {}, {}],
  ['adam with clipping, EMA and micro-batches', { microBatches: 2 }, { clipNorm: 0.5, emaDecay: 0.9 }],
  ['adamw', {}, { optimizer: { name: 'adamw', momentum: 0, weightDecay: 0.02 } }],
  ['sgd', {}, { optimizer: { name: 'sgd', momentum: 0.8, weightDecay: 0 } }],
  ['adam, a hybrid of replicas and stages', { strategy: 'hybrid', devices: 4, stages: 2, cuts: ['c2'] }, {}],
];

for (const [title, parallel, more] of CASES) {
  test(`a scaled step equals the plain one: ${title}`, async () => {
    const [plain, scaled] = [
      await outcomeOf(parallel, more),
      await outcomeOf(parallel, { ...more, lossScaling: true }),
    ];
    // The scale is a power of two: no bit of a gradient changes (sgd and EMA may round their sums in another way).
    for (const [index, loss] of scaled.losses.entries())
      assert.ok(Math.abs(loss / plain.losses[index]! - 1) < 1e-6, `${loss} ${plain.losses[index]}`);
    for (const [name, { data }] of scaled.weights)
      assert.ok(largestDifference(data, plain.weights.get(name)!.data) < 1e-6, name);
  });

  test(`a step whose gradients are not finite changes nothing but the scale: ${title}`, async () => {
    const learner = await createLearner({
      ...{ ...options, ...more, lossScaling: true },
      parallel: { ...ON_ONE_DEVICE, ...parallel },
    });
    assert.deepEqual(scaleOf(await learner.step(batch)), [2 ** 15, false]);
    const [weights, state] = [await learner.weights(), await learner.optimizerState()];
    const scale = 'loss_scale/scale';
    // Gradients behind a large last kernel, times the largest scale, are beyond float32.
    const kernel = weights.get('head/dense/kernel')!;
    const steep = new Map(weights).set('head/dense/kernel', {
      ...kernel,
      data: kernel.data.map((value) => 1e8 * value),
    });
    const huge = new Map(state).set(scale, { shape: [], data: Float32Array.of(2 ** 127) });
    await learner.load(steep, huge);
    const predicted = await learner.predict(batch.inputHu, ROWS);
    const { loss, ...result } = await learner.step(batch);
    assert.deepEqual(scaleOf(result), [2 ** 127, true]);
    assert.ok(Number.isFinite(loss));
    assertEqualArrays(await learner.weights(), steep);
    const expected = new Map(huge)
      .set(scale, { shape: [], data: Float32Array.of(2 ** 126) })
      .set('loss_scale/good_steps', { shape: [], data: Float32Array.of(0) });
    assertEqualArrays(await learner.optimizerState(), expected);
    assert.deepEqual(await learner.predict(batch.inputHu, ROWS), predicted);
    // From where it was, the next good step is the one that would have come.
    await learner.load(weights, state);
    const next = await learner.step(batch);
    assert.deepEqual(scaleOf(next), [2 ** 15, false]);
    const other = await outcomeOf(parallel, { ...more, lossScaling: true }, 2);
    assert.equal(next.loss, other.losses[1]);
    assertEqualArrays(await learner.weights(), other.weights);
    learner.dispose();
  });
}

test('precision float16: losses within 3 % of float32, and others; the scale is kept with the state', async () => {
  const [plain, half] = [await outcomeOf({}, {}, 3), await outcomeOf({}, { precision: 'float16' }, 3)];
  assert.notDeepEqual(half.losses, plain.losses);
  for (const [index, loss] of half.losses.entries())
    assert.ok(
      Math.abs(loss / plain.losses[index]! - 1) < 0.03,
      `step ${index}: ${loss}, ${plain.losses[index]}`,
    );
  assert.equal(half.state.get('loss_scale/scale')!.data[0], 2 ** 15);
  assert.equal(half.state.get('loss_scale/good_steps')!.data[0], 3);
});

const scaleOf = ({ lossScale, skipped }: { readonly lossScale?: number; readonly skipped?: boolean }) => [
  lossScale,
  skipped,
];

function assertEqualArrays(
  given: ReadonlyMap<string, NamedArray>,
  wanted: ReadonlyMap<string, NamedArray>,
): void {
  assert.deepEqual([...given.keys()].sort(), [...wanted.keys()].sort());
  for (const [name, { data }] of given) assert.deepEqual(data, wanted.get(name)!.data, name);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
