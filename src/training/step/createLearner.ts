import type { Precision } from '../../config/trainingSettings.js';
import { UsageError } from '../../errors.js';
import type { Batch } from '../../feed/batches.js';
import { sizeOf } from '../../model/architecture.js';
import type { Network } from '../../model/network.js';
import { networkOf } from '../../model/zoo/networks.js';
import { type Engine, openEngine } from '../../tensorflow/engine.js';
import type { Learner } from './learner.js';
import { type LearnerOptions, ON_ONE_DEVICE } from './learnerOptions.js';
import { cpuFeatures } from './machineLayout.js';
import { devicesOf, gridOf, type Placement, requireCuts } from './placement.js';
import { cutsByTime } from './stageCuts.js';
import { TracedLearner } from './tracedLearner.js';

/**
 * A network whose training step is one TensorFlow function on all devices. Throws EngineError, EnvironmentError, UsageError.
 * @example
 * const network = { inputSize: [16, 16, 16], filters: 4 } as const;
 * const settings = { learningRate: 1e-3, l2: 1e-4, seed: 16, windowHu: { low: -1000, high: 400 } };
 * const learner = await createLearner({ ...settings, network, batchSize: 2 });
 * const inputHu = new Int16Array(2 * 16 ** 3);
 * const batch = { inputHu, labels: Float32Array.of(1, 0), rows: Uint32Array.of(0, 1) };
 * const { loss } = await learner.step(batch);
 * const { probabilities } = await learner.predict(inputHu, 2);
 * learner.dispose();
 * console.log(loss, probabilities);
 */
export async function createLearner(given: LearnerOptions): Promise<Learner> {
  const options = withNetwork(given);
  const parallel = options.parallel ?? ON_ONE_DEVICE;
  const engine = openEngine({
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    cpuDevices: parallel.devices,
  });
  const grid = gridOf(parallel.strategy, parallel.devices, parallel.stages);
  const { type } = engine.context.defaultDevice;
  if (engine.cluster !== undefined) requireExchange(type, options.exchange ?? 'float32');
  const names = engine.context.devices.filter((device) => device.type === type).map(({ name }) => name);
  const { microBatches, schedule } = parallel;
  const place = (devices: readonly (readonly string[])[], cuts: readonly string[]): Placement => ({
    devices,
    cuts,
    microBatches,
    schedule,
  });
  const devices = devicesOf(grid, names);
  const precision = await precisionOf(engine, options, devices[0]![0]!);
  const chosen: BuiltOptions = { ...options, precision };
  if (grid.stages === 1) return new TracedLearner(engine, chosen, place(devices, []));
  if (parallel.cuts !== undefined)
    requireCuts(
      options.network.pieces.map(({ name }) => name),
      parallel.cuts,
      grid.stages,
    );
  const cuts = parallel.cuts ?? (await measuredCuts(engine, chosen, grid.stages, devices[0]![0]!));
  return new TracedLearner(engine, chosen, place(devices, cuts));
}

/** TensorFlow's sums by NCCL take no bfloat16 (kValidDataTypes of nccl_manager.cc), and would fail in the first step. Throws UsageError. */
export function requireExchange(deviceType: string, exchange: 'float32' | 'bfloat16'): void {
  if (deviceType === 'GPU' && exchange !== 'float32')
    throw new UsageError(
      `EXCHANGE: expected float32 between GPUs, whose sums (NCCL) TensorFlow has not in ${exchange}, received ${exchange}`,
    );
}

/** A learner's options with its network built. */
type BuiltOptions = LearnerOptions & { readonly network: Network };

/** Throws UsageError for windows that are not as many as the network's channels. */
function withNetwork(options: LearnerOptions): BuiltOptions {
  const windows = 1 + (options.moreWindows?.length ?? 0);
  const given = options.network;
  const network = 'pieces' in given ? given : networkOf({ channels: windows, ...given });
  if (network.channels !== windows)
    throw new UsageError(
      `${network.name}: expected a window for each of its ${network.channels} channels, received ${windows} (WINDOWS)`,
    );
  return { ...options, network };
}

/** `auto`: bfloat16 on a CPU that has it in hardware, where a step is then faster; all processes choose the same. */
async function precisionOf(engine: Engine, options: BuiltOptions, device: string): Promise<Precision> {
  if (options.precision !== 'auto') return options.precision ?? 'float32';
  const hasIt = cpuFeatures().some((feature) => feature.endsWith('_bf16'));
  if (!hasIt || engine.context.defaultDevice.type !== 'CPU') return 'float32';
  const plain = await shortestStep(engine, { ...options, precision: 'float32' }, device);
  const mixed = await shortestStep(engine, { ...options, precision: 'bfloat16' }, device);
  return mixed < plain ? 'bfloat16' : 'float32';
}

/** Of three steps after the first, in ms, added up over the processes. */
async function shortestStep(engine: Engine, options: BuiltOptions, device: string): Promise<number> {
  const probe = new TracedLearner(engine, options, {
    ...{ devices: [[device]], cuts: [], microBatches: 1, schedule: '1f1b' },
  });
  try {
    const times: number[] = [];
    for (let step = 0; step < 4; step++)
      times.push((await probe.step(probeBatch(options, probe.batchSize))).times.computeMs);
    return (await probe.sumOverRanks(Float32Array.of(Math.min(...times.slice(1)))))[0]!;
  } finally {
    probe.dispose();
  }
}

/** Any numbers: times do not depend on them. */
function probeBatch({ network }: BuiltOptions, rows: number): Batch {
  const voxels = sizeOf({ shape: network.inputSize });
  return {
    inputHu: Int16Array.from({ length: rows * voxels }, (_, i) => ((i * 7919) % 1400) - 1000),
    labels: Float32Array.from({ length: rows }, (_, i) => i % 2),
    rows: new Uint32Array(rows),
  };
}

/** Times each piece of the network on one device, then cuts into stages that take about as long as each other. */
async function measuredCuts(
  engine: Engine,
  options: BuiltOptions,
  stages: number,
  device: string,
): Promise<string[]> {
  const pieces = options.network.pieces.map(({ name }) => name);
  const rows = Math.max(2, Math.floor(options.batchSize / (options.parallel?.microBatches ?? 1)));
  const probe = new TracedLearner(
    engine,
    { ...options, batchSize: rows },
    { devices: [pieces.map(() => device)], cuts: pieces.slice(1), microBatches: 1, schedule: '1f1b' },
  );
  const batch = probeBatch(options, rows);
  try {
    const runs: number[][] = [];
    for (let run = 0; run < 4; run++) {
      const { times } = await probe.step(batch, { passes: true });
      const ofPiece = pieces.map((_, stage) => times.passes.filter((pass) => pass.stage === stage));
      runs.push(ofPiece.map((passes) => passes.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)));
    }
    // The first run prepares the program; of the others the shortest time counts.
    const shortest = pieces.map((_, piece) => Math.min(...runs.slice(1).map((run) => run[piece]!)));
    // All processes must cut at the same pieces.
    const times = await probe.sumOverRanks(Float32Array.from(shortest));
    return cutsByTime(pieces, [...times], stages);
  } finally {
    probe.dispose();
  }
}
