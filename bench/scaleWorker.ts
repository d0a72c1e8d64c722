/**
 * One process of bench/scale.ts: makes a learner as its argument says (JSON), then takes one step for each line on stdin and
 * answers {seconds, cpuSeconds, reduceMs, passes, peakMiB, memory}. Threads and clusters are fixed by a process' first use of TensorFlow.
 */
import { createInterface } from 'node:readline';
import type { Cluster } from '../src/config/cluster.js';
import { endWithParent } from '../src/parentProcess.js';
import { createLearner } from '../src/training/step/createLearner.js';
import type { TimedPass } from '../src/training/step/learner.js';
import { ON_ONE_DEVICE, type ParallelOptions } from '../src/training/step/learnerOptions.js';
import type { DeviceMemory } from '../src/training/step/stepMemory.js';

export interface ScaleWork {
  readonly batch: number;
  readonly threads: number;
  readonly parallel?: Partial<ParallelOptions>;
  readonly cluster?: Cluster;
  readonly exchange?: 'float32' | 'bfloat16';
}

export interface ScaleAnswer {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly reduceMs: number;
  readonly passes: readonly TimedPass[];
  readonly peakMiB: number;
  readonly memory: readonly DeviceMemory[];
}

endWithParent();
const { batch, threads, parallel, cluster, exchange = 'float32' } = JSON.parse(process.argv[2]!) as ScaleWork;
const learner = await createLearner({
  network: { inputSize: [32, 32, 32], filters: 64 },
  batchSize: batch,
  windowHu: { low: -1000, high: 400 },
  learningRate: 1e-3,
  l2: 1e-4,
  seed: 1,
  exchange,
  threads,
  parallel: { ...ON_ONE_DEVICE, ...parallel },
  ...(cluster === undefined ? {} : { cluster }),
});
const data = {
  inputHu: Int16Array.from({ length: batch * 32 ** 3 }, (_, i) => ((i * 7919) % 1400) - 1000),
  labels: Float32Array.from({ length: batch }, (_, i) => i % 2),
  rows: new Uint32Array(batch),
};
const memory = await learner.stepMemory();
await learner.step(data);
process.stdout.write('{}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { passes } = JSON.parse(line) as { passes: boolean };
  const cpu = process.cpuUsage();
  const began = performance.now();
  const { times } = await learner.step(data, { passes });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const answer: ScaleAnswer = {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    reduceMs: times.reduceMs,
    passes: times.passes,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    memory,
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
learner.dispose();
