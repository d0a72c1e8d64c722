import { cpus } from 'node:os';
import type { Precision } from '../src/config/trainingSettings.js';
import { isTrainable, type NetworkOptions } from '../src/model/architecture.js';
import { initialValue } from '../src/model/initialise.js';
import { normaliseByBatch } from '../src/model/layers.js';
import { l2Penalty, lossOfBatch, PLAIN_LOSS } from '../src/model/loss.js';
import type { PieceInputs } from '../src/model/network.js';
import { ADAM } from '../src/model/optimizers.js';
import { parametersOf, piecesOf } from '../src/model/zoo/networks.js';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../src/tensorflow/tf.js';
import { createLearner } from '../src/training/step/createLearner.js';
import { type Peer, startOptionalPeer, startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const NETWORK: NetworkOptions = { inputSize: [32, 32, 32], filters: 64 };
const L2 = 1e-4;

export interface TrainBenchOptions {
  readonly repetitions?: number;
  readonly batch?: number;
  readonly threads?: number;
  readonly precision?: Precision;
}

/** A program that takes a training step, or a matrix product. */
interface Program {
  readonly name: string;
  readonly step: () => Promise<Taken>;
}

interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of a training step: whether its loss is a number. */
  readonly finite?: boolean;
}

/** Forward and backward of a patch, and the matrix product that tells what the machine can do. */
const GFLOP_PER_PATCH = 2.944;
const MATRIX = 2048;

/** Our traced training step beside Keras on the same TensorFlow, PyTorch, and TensorFlow.js operation by operation on the same binding. */
export async function benchTrain(options: TrainBenchOptions = {}): Promise<BenchReport> {
  const { repetitions = 9, batch = 16, threads = 0, precision = 'float32' } = options;
  const settings = { batch, threads, precision };
  const learner = await createLearner({
    network: NETWORK,
    batchSize: batch,
    windowHu: { low: -1000, high: 400 },
    learningRate: 1e-3,
    l2: L2,
    seed: 1,
    threads,
    precision,
  });
  const data = {
    inputHu: Int16Array.from({ length: batch * 32 ** 3 }, (_, i) => ((i * 7919) % 1400) - 1000),
    labels: Float32Array.from({ length: batch }, (_, i) => i % 2),
    rows: new Uint32Array(batch),
  };
  const keras = await startPeer('kerasPeer.py', settings);
  const torch = await startTorch({ ...settings, compile: false });
  const compiled = await startTorch({ ...settings, compile: true });
  const peer = (name: string, from: Peer | undefined): Program[] =>
    from === undefined ? [] : [{ name, step: () => from.ask<Taken>(null) }];
  const programs: Program[] = [
    { name: 'voxlab, one traced step', step: () => timed(() => learner.step(data)) },
    ...peer('Keras, tf.function', keras),
    ...peer('PyTorch, eager', torch),
    ...peer('PyTorch, torch.compile', compiled),
    ...(precision === 'float32' ? [eagerProgram(data.inputHu, data.labels)] : []),
    matrixProgram(),
  ];
  try {
    for (const { step } of programs) await step();
    const measured = await interleaved(programs, repetitions);
    return report(options, programs, measured);
  } finally {
    for (const each of [keras, torch, compiled]) each?.end();
    learner.dispose();
  }
}

/** Where VOXLAB_TORCH_PYTHON names a Python with PyTorch, else in the clone's own environment. */
function startTorch(settings: unknown): Promise<Peer | undefined> {
  return startOptionalPeer('torchPeer.py', settings, process.env.VOXLAB_TORCH_PYTHON);
}

interface Samples {
  readonly rates: number[];
  readonly shares: number[];
  readonly void: number;
  readonly notFinite: number;
}

/**
 * Each program in turn. A sample in which a neighbour took the machine (less CPU time a second than nine tenths of the
 * program's best) is void and taken again, at most as often as there are repetitions.
 */
async function interleaved(programs: readonly Program[], repetitions: number): Promise<Samples[]> {
  const taken = programs.map((): Taken[] => []);
  const valid = (samples: readonly Taken[]): Taken[] => {
    const best = Math.max(...samples.map(({ seconds, cpuSeconds }) => cpuSeconds / seconds));
    return samples.filter(({ seconds, cpuSeconds }) => cpuSeconds / seconds > 0.9 * best);
  };
  for (let i = 0; i < 2 * repetitions; i++)
    for (const [index, { step }] of programs.entries())
      if (valid(taken[index]!).length < repetitions) taken[index]!.push(await step());
  return taken.map((samples) => ({
    rates: valid(samples).map(({ seconds }) => 1 / seconds),
    shares: valid(samples).map(({ seconds, cpuSeconds }) => cpuSeconds / seconds),
    void: samples.length - valid(samples).length,
    notFinite: samples.filter(({ finite }) => finite === false).length,
  }));
}

function report(
  { repetitions = 9, batch = 16, precision = 'float32' }: TrainBenchOptions,
  programs: readonly Program[],
  measured: readonly Samples[],
): BenchReport {
  const all = programs.map(({ name }, i) => {
    const { rates, shares } = measured[i]!;
    return spread(
      name,
      rates.map((rate) => rate * batch),
      spread('', shares).median,
    );
  });
  const rows = all.slice(0, -1);
  const rateOf = (start: string): number =>
    Math.max(...rows.filter(({ program }) => program.startsWith(start)).map(({ median }) => median));
  const ours = rows[0]!.median;
  const matrixGflops = (all.at(-1)!.median / batch) * 2 * (MATRIX ** 3 / 1e9);
  const targets: Partial<Target> = TARGETS[`${precision} ${batch}`] ?? {};
  const against = (start: string, target?: number) =>
    Number.isFinite(rateOf(start))
      ? [
          {
            of: `voxlab / ${start}`,
            ratio: ours / rateOf(start),
            ...(target === undefined ? {} : { target }),
          },
        ]
      : [];
  return {
    name: `train: ResNet3D-18, batch ${batch}, ${precision}`,
    unit: 'patches/s',
    higherIsBetter: true,
    repetitions,
    rows,
    ratios: [
      ...against('Keras', targets.keras),
      ...against('PyTorch', targets.torch),
      ...against('TensorFlow.js', 2),
    ],
    machine: cpus()[0]?.model ?? 'unknown',
    notes: [
      `${GFLOP_PER_PATCH} GFLOP a patch, forward and backward: ${(ours * GFLOP_PER_PATCH).toFixed(0)} GFLOP/s, ${((100 * ours * GFLOP_PER_PATCH) / matrixGflops).toFixed(0)} % of a float32 product of ${MATRIX}^2 matrices (${matrixGflops.toFixed(0)} GFLOP/s); the step holds Adam and batch norm averages, too`,
      `void samples, taken again: ${programs.map(({ name }, i) => `${name} ${measured[i]!.void}`).join(', ')}`,
      ...programs.flatMap(({ name }, i) =>
        measured[i]!.notFinite > 0
          ? [`${name}: the loss of ${measured[i]!.notFinite} steps is not a finite number`]
          : [],
      ),
      ...(Number.isFinite(rateOf('PyTorch'))
        ? []
        : ['PyTorch is not installed: .venv/bin/pip install -r requirements/peers.txt']),
    ],
  };
}

/** To reach, by precision and batch. */
interface Target {
  readonly keras: number;
  readonly torch: number;
}

const TARGETS: Readonly<Record<string, Target>> = {
  'float32 16': { keras: 1.8, torch: 2 },
  'float32 64': { keras: 1.4, torch: 1.7 },
  'bfloat16 16': { keras: 1.5, torch: 1.5 },
  'bfloat16 64': { keras: 1.3, torch: 1.3 },
};

function matrixProgram(): Program {
  const matrix = tf.randomNormal([MATRIX, MATRIX]) as Tensor2D;
  return {
    name: 'matrix product',
    step: () =>
      timed(async () => {
        const product = matrix.matMul(matrix);
        product.dataSync();
        product.dispose();
      }),
  };
}

function eagerProgram(inputHu: Int16Array, labels: Float32Array): Program {
  const step = eagerStep(inputHu, labels);
  return { name: 'TensorFlow.js, operation by operation', step: () => timed(async () => step()) };
}

/** The same network, loss and optimiser as TensorFlow.js runs them: each operation a call of its own. */
function eagerStep(inputHu: Int16Array, labels: Float32Array): () => void {
  const parameters = parametersOf(NETWORK).filter(isTrainable);
  const weights = parameters.map((parameter) =>
    tf.variable(tf.tensor(initialValue(parameter, 1), [...parameter.shape])),
  );
  const optimizer = tf.train.adam(1e-3, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
  const byName = new Map(parameters.map(({ name }, i) => [name, weights[i]!]));
  const y = tf.tensor1d(labels);
  const kernels = parameters.flatMap(({ kind }, i) => (kind === 'kernel' ? [weights[i]!] : []));
  return () => {
    const cost = optimizer.minimize(() => {
      const x = tf.tensor(Float32Array.from(inputHu), [labels.length, ...NETWORK.inputSize, 1]);
      const inputs: PieceInputs = {
        weights: <T extends Tensor>(name: string) => byName.get(name) as unknown as T,
        normalise: (_, h, gamma, beta) => normaliseByBatch(h, gamma, beta, () => {}),
      };
      const logits = piecesOf(NETWORK).reduce<Tensor>(
        (h, { run }) => run(inputs, h),
        x.clipByValue(-1000, 400).add(1000).div(1400),
      ) as Tensor1D;
      return lossOfBatch(PLAIN_LOSS, logits, y).add(l2Penalty(kernels, L2));
    }, true);
    cost?.dataSync();
    cost?.dispose();
  };
}

async function timed(run: () => Promise<unknown>): Promise<Taken> {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - wall) / 1000, cpuSeconds: (user + system) / 1e6 };
}
