import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../src/model/zoo/networks.js';
import { type Engine, openEngine } from '../../src/tensorflow/engine.js';
import { TracedLearner } from '../../src/training/step/tracedLearner.js';

const EDGE = 16;
const ROWS = 8;
const network = networkOf({ name: 'resnet3d-18', inputSize: [EDGE, EDGE, EDGE], filters: 4 });
const batch = {
  inputHu: Int16Array.from({ length: ROWS * EDGE ** 3 }, (_, i) => ((i * 7919) % 1400) - 1000),
  labels: Float32Array.from({ length: ROWS }, (_, i) => i % 2),
  rows: new Uint32Array(ROWS),
};

test('orderCollectives(): the order for NCCL is that of each schedule, with synchronous batch norm on pipelines, too', async () => {
  const onCpu = openEngine({ cpuDevices: 4, threads: 1 });
  for (const schedule of ['1f1b', 'gpipe'] as const) {
    const unordered = await twoLosses(onCpu, schedule);
    assert.deepEqual(await twoLosses(asOnGpus(onCpu), schedule), unordered, schedule);
  }
});

/** Orders the sums as on GPUs; TensorFlow takes a ring in place of NCCL all the same where the devices are CPUs. */
function asOnGpus(engine: Engine): Engine {
  const { context } = engine;
  return { ...engine, context: { ...context, defaultDevice: { ...context.defaultDevice, type: 'GPU' } } };
}

async function twoLosses(engine: Engine, schedule: '1f1b' | 'gpipe'): Promise<number[]> {
  const [a, b, c, d] = engine.context.devices.map(({ name }) => name);
  const learner = new TracedLearner(
    engine,
    {
      network,
      ...{ windowHu: { low: -1000, high: 400 }, learningRate: 1e-3, l2: 1e-4, seed: 16 },
      ...{ batchSize: ROWS, syncBatchNorm: true, timeoutSeconds: 60 },
    },
    {
      devices: [
        [a!, b!],
        [c!, d!],
      ],
      cuts: ['s2b1'],
      ...{ microBatches: 2, schedule },
    },
  );
  try {
    return [(await learner.step(batch)).loss, (await learner.step(batch)).loss];
  } finally {
    learner.dispose();
  }
}
