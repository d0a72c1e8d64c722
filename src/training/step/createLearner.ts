import type { Precision } from '../../config/trainingSettings.js';
import { UsageError } from '../../errors.js';
import { networkOf } from '../../model/zoo/networks.js';
import { type Engine, openEngine } from '../../tensorflow/engine.js';
import type { Learner } from './learner.js';
import { type LearnerOptions, ON_ONE_DEVICE } from './learnerOptions.js';
import { cpuFeatures } from './machineLayout.js';
import { measuredCuts } from './measuredCuts.js';
import { devicesOf, gridOf, type Placement, requireCuts } from './placement.js';
import { type ProbeOptions, shortestStep } from './probe.js';
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
  const devices = devicesOf(grid, names);
  const uncut = { devices, microBatches, schedule };
  const precision = await precisionOf(engine, options, devices[0]![0]!);
  const chosen: ProbeOptions = { ...options, precision };
  if (grid.stages === 1) return new TracedLearner(engine, chosen, { ...uncut, cuts: [] });
  if (parallel.cuts !== undefined)
    requireCuts(
      options.network.pieces.map(({ name }) => name),
      parallel.cuts,
      grid.stages,
    );
  const cuts = parallel.cuts ?? (await measuredCuts(engine, chosen, uncut));
  return new TracedLearner(engine, chosen, { ...uncut, cuts });
}

/** TensorFlow's sums by NCCL take no bfloat16 (kValidDataTypes of nccl_manager.cc), and would fail in the first step. Throws UsageError. */
export function requireExchange(deviceType: string, exchange: 'float32' | 'bfloat16'): void {
  if (deviceType === 'GPU' && exchange !== 'float32')
    throw new UsageError(
      `EXCHANGE: expected float32 between GPUs, whose sums (NCCL) TensorFlow has not in ${exchange}, received ${exchange}`,
    );
}

/** Throws UsageError for windows that are not as many as the network's channels. */
function withNetwork(options: LearnerOptions): ProbeOptions {
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
async function precisionOf(engine: Engine, options: ProbeOptions, device: string): Promise<Precision> {
  if (options.precision !== 'auto') return options.precision ?? 'float32';
  const hasIt = cpuFeatures().some((feature) => feature.endsWith('_bf16'));
  if (!hasIt || engine.context.defaultDevice.type !== 'CPU') return 'float32';
  const alone: Placement = { devices: [[device]], cuts: [], microBatches: 1, schedule: '1f1b' };
  const plain = await shortestStep(engine, { ...options, precision: 'float32' }, alone);
  const mixed = await shortestStep(engine, { ...options, precision: 'bfloat16' }, alone);
  return mixed < plain ? 'bfloat16' : 'float32';
}
