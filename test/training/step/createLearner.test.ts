import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkOptions } from '../../../src/model/architecture.js';
import { PLAIN_LOSS } from '../../../src/model/loss.js';
import { networkOf } from '../../../src/model/zoo/networks.js';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { capi } from '../../../src/tensorflow/library.js';
import { withStatus } from '../../../src/tensorflow/status.js';
import { createLearner, requireExchange } from '../../../src/training/step/createLearner.js';
import type { Learner, NamedArray } from '../../../src/training/step/learner.js';
import {
  ON_ONE_DEVICE,
  type ParallelOptions,
  PLAIN_ADAM,
} from '../../../src/training/step/learnerOptions.js';
import { MirroredVariables } from '../../../src/training/step/mirroredVariables.js';
import { variablesOf } from '../../../src/training/step/programOptions.js';
import { assertSameBits, batch, difference, options, outcomeOf, ROWS, VOXELS } from '../learnerOutcome.js';

const engine = openEngine({ threads: 2, cpuDevices: 4 });
/** Traced in a fifth of ResNet3D-18's time, for what holds of any network. */
const small = { network: { name: 'cnn3d', inputSize: [16, 16, 16], filters: 4 } } as const;
const cpu = (index: number): string => engine.context.devices[index]!.name;

test('data on 2 and 4 devices with synchronous batch norm = single on the same batch, to 1e-5 after 3 steps', async () => {
  // Without Adam, which divides gradients by their own size: an array of tiny ones (a beta after three steps) then differs
  // by up to 1.1e-5 of its length, with some batches.
  const sgd = { name: 'sgd', momentum: 0.9, weightDecay: 0 } as const;
  const plain = { ...small, optimizer: sgd, learningRate: 0.02 };
  const single = await outcomeOf({}, plain);
  for (const devices of [2, 4]) {
    const data = await outcomeOf({ strategy: 'data', devices }, { ...plain, syncBatchNorm: true });
    // Measured 2.7e-6 and 2.6e-6.
    assert.ok(difference(data, single) <= 1e-5, `${devices} devices: ${difference(data, single)}`);
    for (const [i, loss] of data.losses.entries()) assert.ok(Math.abs(loss / single.losses[i]! - 1) < 1e-5);
    const apart = await outcomeOf({ strategy: 'data', devices }, plain);
    assert.ok(difference(apart, single) > 1e-3, 'without it the moments are others');
  }
});

test("data without synchronous batch norm = the mean of the replicas' gradients, computed apart", async () => {
  const half = VOXELS * (ROWS / 2);
  const alone = { ...options, batchSize: ROWS / 2, l2: 0 };
  const gradients: ReadonlyMap<string, NamedArray>[] = [];
  for (const part of [0, 1]) {
    const learner = await createLearner(alone);
    await learner.step({
      inputHu: batch.inputHu.slice(part * half, (part + 1) * half),
      labels: batch.labels.slice(0, ROWS / 2),
      rows: new Uint32Array(ROWS / 2),
    });
    gradients.push(await learner.optimizerState());
    learner.dispose();
  }
  const { state } = await outcomeOf({ strategy: 'data', devices: 2 }, { l2: 0 }, 1);
  for (const [name, { data }] of state) {
    // After one step Adam's first moment is a tenth of the gradient.
    if (!name.startsWith('adam/m/')) continue;
    const [a, b] = gradients.map((part) => part.get(name)!.data);
    const scale = a!.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
    for (const [i, value] of data.entries())
      assert.ok(Math.abs(value - (a![i]! + b![i]!) / 2) <= 1e-6 * scale, `${name}[${i}]`);
  }
});

const PIPELINES = [
  ['cnn3d', small, [1, 2, 4], [['c3'], ['c2', 'c3', 'c4']]],
  ['ResNet3D-18', {}, [2], [['s1b1', 's2b2', 's4b1']]],
] as const;
for (const [name, network, counts, cutsOfAll] of PIPELINES)
  test(`pipeline = single with the same micro-batches, bit for bit, for each schedule, up to 4 stages: ${name}`, async () => {
    for (const microBatches of counts) {
      const single = await outcomeOf({ microBatches }, network);
      for (const schedule of ['1f1b', 'gpipe'] as const)
        for (const cuts of cutsOfAll) {
          const parallel = {
            strategy: 'pipeline',
            devices: cuts.length + 1,
            microBatches,
            schedule,
            cuts,
          } as const;
          assertSameBits(await outcomeOf(parallel, network), single);
        }
    }
  });

test('hybrid 2 x 2 = single with as many micro-batches, to 1e-5: the sums are in another order', async () => {
  const hybrid = { strategy: 'hybrid', devices: 4, stages: 2, cuts: ['c3'] } as const;
  assertSameBits(await outcomeOf(hybrid, small), await outcomeOf({ microBatches: 2 }, small));
  const single = await outcomeOf({ microBatches: 4 }, small);
  const two = await outcomeOf({ ...hybrid, microBatches: 2 }, small);
  // Measured 3.7e-7.
  assert.ok(difference(two, single) <= 1e-5, `${difference(two, single)}`);
});

test('the same seed and layout give the same bits after 20 steps: data, pipeline and synchronous batch norm', async () => {
  for (const [parallel, more] of [
    [{ strategy: 'data', devices: 2 }, {}],
    [{ strategy: 'data', devices: 2 }, { syncBatchNorm: true }],
    [{ strategy: 'pipeline', devices: 2, microBatches: 2, cuts: ['c3'] }, {}],
  ] as const)
    assertSameBits(
      await outcomeOf(parallel, { ...small, ...more }, 20),
      await outcomeOf(parallel, { ...small, ...more }, 20),
    );
});

test('precision bfloat16: losses within 3 % of float32, and others; auto is one of the two', async () => {
  const [plain, mixed] = [await outcomeOf({}, {}, 5), await outcomeOf({}, { precision: 'bfloat16' }, 5)];
  assert.notDeepEqual(mixed.losses, plain.losses);
  for (const [i, loss] of mixed.losses.entries())
    assert.ok(Math.abs(loss / plain.losses[i]! - 1) < 0.03, `step ${i}: ${loss}, ${plain.losses[i]}`);
  const learner = await createLearner({ ...options, precision: 'auto' });
  assert.ok(['float32', 'bfloat16'].includes(learner.precision));
  learner.dispose();
});

test('automatic cuts: stages of measured times, with the result of given ones', async () => {
  const automatic = await outcomeOf({ strategy: 'pipeline', devices: 2, microBatches: 2 });
  assertSameBits(automatic, await outcomeOf({ microBatches: 2 }));
});

test("each variable lies on its stage's device, in each replica", () => {
  const placement = {
    devices: [
      [cpu(0), cpu(1)],
      [cpu(2), cpu(3)],
    ],
    cuts: ['s3b1'],
    microBatches: 1,
    schedule: '1f1b',
  } as const;
  const program = {
    ...options,
    placement,
    optimizer: PLAIN_ADAM,
    syncBatchNorm: false,
    precision: 'float32' as const,
    lossScaling: false,
    recompute: false,
    clipNorm: 0,
    emaDecay: 0,
    emaWarmUp: true,
    batchLoss: PLAIN_LOSS,
    network: networkOf(options.network as NetworkOptions),
    moreWindows: [],
    ranks: { size: 1, timeoutSeconds: 60, exchange: 'float32' as const },
    firstGroupKey: 1,
  };
  const variables = new MirroredVariables(engine, program, 1);
  const names = variablesOf(program).map(({ name }) => name);
  const later = /(s3b1|s3b2|s4b1|s4b2|head)\//;
  variables.ids.forEach((id, index) => {
    const name = names[index % names.length]!;
    const device = withStatus(name, (status) =>
      capi().TFE_TensorHandleDeviceName(engine.binding.handleOf(id), status),
    );
    const replica = Math.floor(index / names.length);
    assert.equal(device, placement.devices[replica]![later.test(name) ? 1 : 0], name);
  });
  variables.dispose();
});

test('passes: a stage runs one at a time, in the order of its schedule; a stage after the one before it', async () => {
  for (const [schedule, ofFirst] of [
    [
      '1f1b',
      [
        'forward 0',
        'forward 1',
        'backward 0',
        'forward 2',
        'backward 1',
        'forward 3',
        'backward 2',
        'backward 3',
      ],
    ],
    [
      'gpipe',
      [
        'forward 0',
        'forward 1',
        'forward 2',
        'forward 3',
        'backward 0',
        'backward 1',
        'backward 2',
        'backward 3',
      ],
    ],
  ] as const) {
    const learner = await createLearner({
      ...options,
      parallel: { strategy: 'pipeline', devices: 2, stages: 2, microBatches: 4, schedule, cuts: ['s2b1'] },
    });
    const { times } = await learner.step(batch, { passes: true });
    const ofStage = (stage: number) =>
      times.passes.filter((pass) => pass.stage === stage).sort((a, b) => a.fromMs - b.fromMs);
    assert.deepEqual(
      ofStage(0).map(({ name }) => name),
      ofFirst,
    );
    for (const stage of [0, 1]) {
      const passes = ofStage(stage);
      assert.ok(passes.every(({ device }) => device === cpu(stage)));
      for (const [i, pass] of passes.slice(1).entries())
        assert.ok(pass.fromMs >= passes[i]!.toMs - 0.01, pass.name);
    }
    const at = (stage: number, name: string) => ofStage(stage).find((pass) => pass.name === name)!;
    for (let m = 0; m < 4; m++) {
      // A pass ends when its last running statistics are stored; on a busy machine (1 of 6 runs at a load of 20) the next stage,
      // which needs the activations alone, has then ended before. It cannot have begun before it.
      assert.ok(at(1, `forward ${m}`).fromMs >= at(0, `forward ${m}`).fromMs);
      // Stage 0 needs no more of it than the gradient of its input: stage 1's weight gradients may end later.
      assert.ok(at(0, `backward ${m}`).toMs >= at(1, `backward ${m}`).fromMs);
    }
    learner.dispose();
  }
});

test('a learner that cannot be spread as wished says what would do', async () => {
  const refuses = (parallel: Partial<ParallelOptions>, reason: RegExp): Promise<void> =>
    assert.rejects(
      createLearner({ ...options, parallel: { ...ON_ONE_DEVICE, ...parallel } }) as Promise<Learner>,
      reason,
    );
  await refuses({ devices: 2 }, /one device with strategy single, received 2: take --strategy data/);
  await refuses({ strategy: 'data', devices: 3 }, /divided by 3 .* received 16: take another --batch/);
  await refuses(
    { strategy: 'hybrid', devices: 3, stages: 2 },
    /a multiple of the stages.*received 3 devices and 2 stages/,
  );
  await refuses(
    { strategy: 'pipeline', devices: 2, cuts: ['s9'] },
    /expected 1 of the network's parts.*received s9/,
  );
  await refuses(
    { strategy: 'pipeline', devices: 3, cuts: ['s2b1'] },
    /expected 2 of the network's parts.*received s2b1/,
  );
  await refuses({ strategy: 'pipeline', devices: 11 }, /at most 10 stages/);
});

test('requireExchange(): bfloat16 between CPUs alone', () => {
  requireExchange('CPU', 'bfloat16');
  requireExchange('GPU', 'float32');
  assert.throws(() => requireExchange('GPU', 'bfloat16'), /EXCHANGE: expected float32 between GPUs/);
});
