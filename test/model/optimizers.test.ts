import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { OptimizerSettings } from '../../src/config/optimizerSettings.js';
import { createLearner } from '../../src/training/step/createLearner.js';
import type { LearnerOptions } from '../../src/training/step/learnerOptions.js';
import { runPython } from '../python.js';
import { batchOf, decidedBatch, isNoise, options, relativeNorm } from '../training/decidedBatch.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-optimizers-'));
after(() => rmSync(folder, { recursive: true }));

const ADAM: OptimizerSettings = { name: 'adam', momentum: 0.9, weightDecay: 0.02 };

/** Ours, and Keras' own optimiser of the same name. */
const CASES: readonly [
  string,
  Partial<LearnerOptions>,
  { class: string; options: Record<string, number> },
][] = [
  [
    'SGD with momentum',
    { optimizer: { ...ADAM, name: 'sgd', momentum: 0.8 }, learningRate: 0.02 },
    { class: 'SGD', options: { momentum: 0.8 } },
  ],
  [
    'AdamW, which decays kernels alone',
    { optimizer: { ...ADAM, name: 'adamw' }, learningRate: 1e-3 },
    { class: 'AdamW', options: { weight_decay: 0.02, epsilon: 1e-8 } },
  ],
  [
    'SGD with all gradients shortened to 0.5',
    { optimizer: { ...ADAM, name: 'sgd', momentum: 0 }, learningRate: 0.05, clipNorm: 0.5 },
    { class: 'SGD', options: { global_clipnorm: 0.5 } },
  ],
];

for (const [title, ours, optimizer] of CASES)
  test(`step(): three steps of ${title} equal Keras on the same weights to 1e-4`, async () => {
    const learner = await createLearner({ ...options, ...ours });
    const question = { optimizer, learningRate: ours.learningRate! };
    const { batch, keras } = decidedBatch(folder, await learner.weights(), question);
    for (const expected of keras.losses) {
      const { loss } = await learner.step(batch);
      assert.ok(Math.abs(loss / expected - 1) < 1e-4, `loss ${loss}, Keras ${expected}`);
    }
    for (const [name, { data }] of await learner.weights()) {
      if (isNoise(name) || name.endsWith('moving_mean')) continue;
      const difference = relativeNorm(data, keras.after.get(name)!);
      assert.ok(difference < 1e-4, `${name}: ${difference}`);
    }
    learner.dispose();
  });

test('step(): the moving average of the weights follows them, is used by predictions, and comes back with load()', async () => {
  const emaDecay = 0.7;
  const learner = await createLearner({ ...options, emaDecay, emaWarmUp: false });
  const batch = batchOf(16);
  const name = 's2b1/conv1/kernel';
  let expected = Float64Array.from((await learner.weights()).get(name)!.data);
  for (let step = 0; step < 3; step++) {
    await learner.step(batch);
    const weight = (await learner.weights()).get(name)!.data;
    expected = expected.map((value, i) => emaDecay * value + (1 - emaDecay) * weight[i]!);
  }
  const state = await learner.optimizerState();
  assert.ok(relativeNorm(state.get(`ema/${name}`)!.data, Float32Array.from(expected)) < 1e-6);

  // A network whose weights are these averages predicts the same.
  const weights = await learner.weights();
  const averaged = new Map([...weights].map(([key, array]) => [key, state.get(`ema/${key}`) ?? array]));
  const plain = await createLearner(options);
  const began = { ...Object.fromEntries(await plain.optimizerState()) };
  await plain.load(
    averaged,
    new Map(Object.entries(began).map(([key, array]) => [key, state.get(key) ?? array])),
  );
  const again = await createLearner({ ...options, emaDecay, emaWarmUp: false, seed: 9 });
  await again.load(weights, state);
  const [a, b, c] = await Promise.all(
    [learner, plain, again].map(async (each) => (await each.predict(batch.inputHu, 16)).probabilities),
  );
  assert.deepEqual(b, a);
  assert.deepEqual(c, a);
  for (const each of [learner, plain, again]) each.dispose();
});

test("step(): the moving average with warm-up is tf.train.ExponentialMovingAverage's with num_updates, also after load()", async () => {
  const emaDecay = 0.4;
  let learner = await createLearner({ ...options, emaDecay });
  const batch = batchOf(16);
  const names = ['s2b1/conv1/kernel', 'head/dense/kernel', 'stem/bn/gamma'];
  const values = async (): Promise<number[]> => {
    const weights = await learner.weights();
    return names.flatMap((name) => [...weights.get(name)!.data]);
  };
  const weights = [await values()];
  const averages: Float32Array[] = [];
  // The seventh step is the first that keeps 0.4: 8 / 17 is more.
  for (let step = 1; step <= 9; step++) {
    await learner.step(batch);
    weights.push(await values());
    const state = await learner.optimizerState();
    averages.push(Float32Array.from(names.flatMap((name) => [...state.get(`ema/${name}`)!.data])));
    if (step !== 4) continue;
    const resumed = await createLearner({ ...options, emaDecay, seed: 9 });
    await resumed.load(await learner.weights(), state);
    learner.dispose();
    learner = resumed;
  }
  learner.dispose();
  const reference = runPython<number[][]>(
    `import json, sys, tensorflow as tf
q = json.load(sys.stdin)
out = []
with tf.Graph().as_default():
    weight = tf.compat.v1.Variable(tf.constant(q['weights'][0], tf.float32), use_resource=True)
    given = tf.compat.v1.placeholder(tf.float32, weight.shape)
    step = tf.compat.v1.placeholder(tf.int64, [])
    ema = tf.train.ExponentialMovingAverage(q['decay'], num_updates=step)
    assigned = weight.assign(given)
    with tf.control_dependencies([assigned]):
        applied = ema.apply([weight])
    with tf.compat.v1.Session() as session:
        session.run(tf.compat.v1.global_variables_initializer())
        for i, values in enumerate(q['weights'][1:], 1):
            session.run(applied, {given: values, step: i})
            out.append(session.run(ema.average(weight)).tolist())
print(json.dumps(out))`,
    { weights, decay: emaDecay },
  );
  for (const [index, expected] of reference.entries()) {
    // Measured at most 7.5e-8 (TensorFlow 2.21): the last bit of float32.
    const difference = relativeNorm(averages[index]!, Float32Array.from(expected));
    assert.ok(difference < 3e-7, `step ${index + 1}: ${difference}`);
  }
});
