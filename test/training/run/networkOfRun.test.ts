import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError, UsageError } from '../../../src/errors.js';
import { evaluate } from '../../../src/evaluation/evaluate.js';
import { openPredictor } from '../../../src/evaluation/predictor.js';
import { exportNetwork } from '../../../src/exchange/exportNetwork.js';
import { portableNetwork } from '../../../src/exchange/portableNetwork.js';
import type { OwnLoss } from '../../../src/model/loss.js';
import { networkOfOwn, type OwnNetwork } from '../../../src/model/ownNetwork.js';
import { conv, dense, denseShapes, meanOfMaps, normRelu } from '../../../src/model/pieceParts.js';
import { inRepository } from '../../../src/paths.js';
import { openPatchFile } from '../../../src/store/patchFile.js';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { findRate } from '../../../src/training/findRate.js';
import { readRunConfig } from '../../../src/training/run/runFolder.js';
import { readSafetensors } from '../../../src/training/run/safetensors.js';
import type { TrainConfig } from '../../../src/training/run/trainConfig.js';
import type { OwnParts } from '../../../src/training/step/ownParts.js';
import { train } from '../../../src/training/train.js';
import { everyFormatSaysTheSame } from '../../exchange/everyFormat.js';
import { assertSameBits, difference, outcomeOf } from '../learnerOutcome.js';
import { ownModule } from '../ownModule.js';
import { allRecords, computed, trainFixture } from '../trainFixture.js';

openEngine({ threads: 2, cpuDevices: 4 });
const MODULE = ownModule();
const tiny = ((await import(MODULE)) as { default: OwnNetwork }).default;

/** tiny without its dropout, in which batch norm of each replica differs least. */
const plain: OwnNetwork = {
  ...tiny,
  pieces: [...tiny.pieces.slice(0, 2), { name: 'say', run: (p, x) => dense(p, 'say/dense', meanOfMaps(x)) }],
};

test("a network of one's own learns the same on every strategy: in a pipeline to the bit, on replicas to 1e-5", async () => {
  const network = networkOfOwn(tiny, [16, 16, 16]);
  const own = {
    network,
    optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0 },
    learningRate: 0.05,
  } as const;
  const single = await outcomeOf({ microBatches: 2 }, own);
  const { losses } = await outcomeOf({}, { ...own, network: networkOfOwn(plain, [16, 16, 16]) }, 20);
  assert.ok(
    losses.every((loss, step) => step === 0 || loss < losses[step - 1]!),
    `it learns: ${losses}`,
  );
  const pipeline = { strategy: 'pipeline', devices: 2, microBatches: 2, cuts: ['mind'] } as const;
  assertSameBits(await outcomeOf(pipeline, own), single);
  assertSameBits(await outcomeOf({ microBatches: 2 }, { ...own, recompute: true }), single);
  const whole = await outcomeOf({}, { ...own, syncBatchNorm: true });
  const data = await outcomeOf({ strategy: 'data', devices: 2 }, { ...own, syncBatchNorm: true });
  assert.ok(difference(data, whole) < 1e-5, `data ${difference(data, whole)}`);
  const hybrid = await outcomeOf(
    { strategy: 'hybrid', devices: 4, stages: 2, cuts: ['say'] },
    { ...own, syncBatchNorm: true },
  );
  assert.ok(difference(hybrid, whole) < 1e-5, `hybrid ${difference(hybrid, whole)}`);
});

/** A run of 3 steps an epoch, stopped after its fourth step and resumed, beside one that went through. */
async function resumedAndWhole(t: TestContext, given: Partial<TrainConfig>, network?: OwnNetwork) {
  const config: TrainConfig = { ...(await trainFixture(t)), ...given };
  const parts = network === undefined ? {} : { network };
  const whole = await allRecords(train(config, parts));
  const stopped = { ...config, run: `${config.run}-stopped` };
  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const record of train(stopped, { ...parts, signal: abort.signal }))
      if (record.kind === 'step' && record.step === 4) abort.abort();
  }, /interrupted/);
  const resume = { ...readRunConfig(stopped.run), run: stopped.run };
  const rest = await allRecords(train(resume, { ...parts, resume: true }));
  const steps = computed(whole);
  assert.deepEqual(computed(rest), steps.slice(-computed(rest).length), 'the same losses after the resume');
  const files = [config.run, stopped.run].map((run) => join(run, 'last', 'weights.safetensors'));
  const [a, b] = await Promise.all(files.map((file) => readSafetensors(file)));
  for (const [name, { data }] of a!) assert.deepEqual(data, b!.get(name)!.data, name);
  return config;
}

for (const [name, given, network] of [
  ['own, given by a program', {}, tiny],
  ['own, of a file', { network: MODULE }, undefined],
  [
    'cnn3d on two windows with dropout',
    { network: 'cnn3d', dropout: 0.3, moreWindows: [{ low: -160, high: 240 }] },
    undefined,
  ],
] as const)
  test(`train() with a network (${name}) that is stopped and resumed computes the same bits`, async (t) => {
    const config = await resumedAndWhole(t, given, network);
    const stored = readRunConfig(config.run);
    assert.equal(stored.network, network?.name ?? (given.network === MODULE ? 'tiny' : 'cnn3d'));
    assert.equal(stored.ownNetwork?.module, given.network === MODULE ? MODULE : undefined);
    const scores = await evaluate({ run: config.run, checkpoint: 'best', network });
    assert.ok(scores.rocAuc >= 0 && scores.rows === 12);
  });

const isRefused = (reason: RegExp) => (error: unknown) => {
  assert.ok(error instanceof InputError, String(error));
  assert.match(error.message, reason);
  return true;
};

test("resume, evaluate, predict and export refuse another network than the run's, and say how it differs", async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  await allRecords(train(config, { network: tiny }));
  const { run } = config;
  const wider: OwnNetwork = { ...tiny, parameters: { ...tiny.parameters, ...denseShapes('say/dense', 9) } };
  const renamed: OwnNetwork = { ...tiny, name: 'other' };
  for (const [network, reason] of [
    [undefined, /expected its network "tiny" as the option `network`/],
    [renamed, /expected its network "tiny", received "other"/],
    [wider, /received one of other parameters \(13: eye\/conv\/kernel/],
    [plain, /received one with the same parameters whose pieces compute something else/],
  ] as const) {
    const resume = { ...readRunConfig(run), run, epochs: 2 };
    await assert.rejects(allRecords(train(resume, { resume: true, network })), isRefused(reason));
    await assert.rejects(evaluate({ run, checkpoint: 'best', network }), isRefused(reason));
    await assert.rejects(openPredictor(run, 'best', network), isRefused(reason));
    await assert.rejects(exportNetwork({ run, to: 'onnx', checkpoint: 'best', network }), isRefused(reason));
  }
  const predictor = await openPredictor(run, 'best', tiny);
  predictor.close();
  // Nor is a network of the table replaced by one's own.
  const table = { ...config, run: `${run}-table` };
  await allRecords(train(table));
  await assert.rejects(
    evaluate({ run: table.run, checkpoint: 'best', network: tiny }),
    isRefused(/expected its network "cnn3d", received "tiny"/),
  );
  const resume = { ...readRunConfig(table.run), run: table.run, epochs: 2, network: 'resnet3d-18' };
  await assert.rejects(
    allRecords(train(resume, { resume: true })),
    isRefused(/network "resnet3d-18", not "cnn3d"/),
  );
});

test("a network of one's own is exported in every format; what has no place in one is named, and its weights go", async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  await allRecords(train(config, { network: tiny }));
  const patches = await openPatchFile(config.data);
  const inputHu = new Int16Array(6 * 16 ** 3);
  await patches.readRows([0, 1, 2, 3, 4, 5], inputHu);
  await patches.close();
  await everyFormatSaysTheSame(t, await portableNetwork(config.run, 'best', tiny), inputHu, 6);

  const bent: OwnNetwork = {
    ...plain,
    name: 'bent',
    pieces: [
      { name: 'eye', run: (p, x) => normRelu(p, 'eye/bn', conv(p, 'eye/conv', x, { stride: 2 })) },
      {
        name: 'mind',
        run: (p, x) => normRelu(p, 'mind/bn', conv(p, 'mind/conv', x, { bias: false })).softplus(),
      },
      plain.pieces[2]!,
    ],
  };
  const other = { ...config, run: `${config.run}-bent` };
  await allRecords(train(other, { network: bent }));
  const request = { run: other.run, checkpoint: 'best', network: bent } as const;
  for (const to of ['onnx', 'keras', 'savedmodel', 'tfjs', 'tensorboard'] as const)
    await assert.rejects(exportNetwork({ ...request, to }), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(
        error.message,
        /"bent" cannot be written in this format: piece "mind" does Softplus; .*--to safetensors/,
      );
      return true;
    });
  const { path, description } = await exportNetwork({ ...request, to: 'safetensors' });
  assert.ok(readFileSync(path).length > 1000 && description.network === 'bent');
});

test("findRate() tries rates on a network and a loss of one's own", async (t) => {
  const config = await trainFixture(t);
  const loss: OwnLoss = {
    name: 'squares',
    ofRows: (logits, labels) => logits.sigmoid().sub(labels).square(),
  };
  const losses: number[] = [];
  for await (const record of findRate(config, { network: tiny, loss, steps: 20, high: 1e-3 }))
    if (record.kind === 'step') losses.push(record.loss);
  assert.equal(losses.length, 20);
  assert.ok(
    losses.every((value) => value > 0.1 && value < 0.5),
    `squares, not cross-entropy: ${losses}`,
  );
});

test('train() refuses parts of one program where several processes train, a file without a network, and DROPOUT', async (t) => {
  const config = await trainFixture(t);
  const cluster = { addresses: ['127.0.0.1:1', '127.0.0.1:3'], rank: 0 };
  for (const parts of [
    { network: tiny },
    { loss: { name: 'mine', ofRows: (logits) => logits } },
    { augment: { name: 'mine', change: () => {} } },
  ] satisfies OwnParts[])
    await assert.rejects(allRecords(train(config, { ...parts, cluster })), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(
        error.message,
        /several processes: expected a network that each of them imports .* received \w+ "\w+" of this program/,
      );
      return true;
    });
  const empty = inRepository('scripts', 'testedThrough.mjs');
  await assert.rejects(
    allRecords(train({ ...config, run: `${config.run}2`, network: empty })),
    /testedThrough\.mjs: expected a default export \{ name, parameters, pieces \}, found none/,
  );
  await assert.rejects(
    allRecords(train({ ...config, run: `${config.run}3`, network: '/nowhere/x.mjs' })),
    /\/nowhere\/x\.mjs: expected a module that exports a network/,
  );
  await assert.rejects(
    allRecords(train({ ...config, run: `${config.run}4`, dropout: 0.5 }, { network: tiny })),
    /DROPOUT is of the table's networks/,
  );
});
