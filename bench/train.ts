import { cpus } from 'node:os';
import { isTrainable, type NetworkOptions, parametersOf } from '../src/model/architecture.js';
import { initialValue } from '../src/model/initialise.js';
import { normaliseByBatch } from '../src/model/layers.js';
import { binaryCrossEntropy, l2Penalty } from '../src/model/loss.js';
import { ADAM } from '../src/model/optimizers.js';
import { resnet3d } from '../src/model/resnet3d.js';
import { type Tensor, type Tensor5D, tf } from '../src/tensorflow/tf.js';
import { createLearner } from '../src/training/createLearner.js';
import { startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const NETWORK: NetworkOptions = { inputSize: [32, 32, 32], filters: 64 };
const L2 = 1e-4;

/** Our traced training step beside Keras on the same TensorFlow and TensorFlow.js step by step on the same binding. */
export async function benchTrain({ repetitions = 9, batch = 16, threads = 0 } = {}): Promise<BenchReport> {
  const learner = await createLearner({
    network: NETWORK,
    batchSize: batch,
    windowHu: { low: -1000, high: 400 },
    learningRate: 1e-3,
    l2: L2,
    seed: 1,
    threads,
  });
  const data = {
    inputHu: Int16Array.from({ length: batch * 32 ** 3 }, (_, i) => ((i * 7919) % 1400) - 1000),
    labels: Float32Array.from({ length: batch }, (_, i) => i % 2),
    rows: new Uint32Array(batch),
  };
  const eager = eagerStep(data.inputHu, data.labels);
  const keras = await startPeer('kerasPeer.py', { batch, threads });
  const rates: Record<'ours' | 'keras' | 'eager', number[]> = { ours: [], keras: [], eager: [] };
  const shares: typeof rates = { ours: [], keras: [], eager: [] };
  try {
    await learner.step(data);
    eager();
    for (let i = 0; i < repetitions; i++) {
      const ours = await timed(() => learner.step(data));
      const peer = await keras.ask<{ seconds: number; cpuSeconds: number }>(null);
      const plain = await timed(async () => eager());
      for (const [name, { seconds, cpuSeconds }] of [
        ['ours', ours],
        ['keras', peer],
        ['eager', plain],
      ] as const) {
        rates[name].push(batch / seconds);
        shares[name].push(cpuSeconds / seconds);
      }
    }
  } finally {
    keras.end();
    learner.dispose();
  }
  const row = (program: string, name: keyof typeof rates) =>
    spread(program, rates[name], spread('', shares[name]).median);
  const rows = [
    row('voxlab, one traced step', 'ours'),
    row('Keras, tf.function', 'keras'),
    row('TensorFlow.js, operation by operation', 'eager'),
  ];
  return {
    name: `train: ResNet3D-18, batch ${batch}, float32`,
    unit: 'patches/s',
    higherIsBetter: true,
    repetitions,
    rows,
    ratios: [
      { of: 'voxlab / Keras', ratio: rows[0]!.median / rows[1]!.median, target: 1.5 },
      { of: 'voxlab / TensorFlow.js', ratio: rows[0]!.median / rows[2]!.median, target: 2 },
    ],
    machine: cpus()[0]?.model ?? 'unknown',
    notes: ['2.944 GFLOP a patch, forward and backward; the step holds Adam and batch norm averages, too'],
  };
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
      const logits = resnet3d(
        NETWORK,
        <T extends Tensor>(name: string) => byName.get(name) as unknown as T,
        (_, h, gamma, beta) => normaliseByBatch(h, gamma, beta, () => {}),
        x.clipByValue(-1000, 400).add(1000).div(1400) as Tensor5D,
      );
      return binaryCrossEntropy(logits, y).add(l2Penalty(kernels, L2));
    }, true);
    cost?.dataSync();
    cost?.dispose();
  };
}

async function timed(run: () => Promise<unknown>): Promise<{ seconds: number; cpuSeconds: number }> {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - wall) / 1000, cpuSeconds: (user + system) / 1e6 };
}
