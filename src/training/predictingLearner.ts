import type { OwnNetwork } from '../model/ownNetwork.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import { openEngine } from '../tensorflow/engine.js';
import { networkOfRun, requireSameOperations } from './run/networkOfRun.js';
import type { TrainConfig } from './run/trainConfig.js';
import { createLearner } from './step/createLearner.js';
import type { Learner } from './step/learner.js';
import { ON_ONE_DEVICE } from './step/learnerOptions.js';

export interface PredictingOptions {
  /** Default: all GPUs, or the CPU. */
  readonly devices?: number;
  /** Of one's own: the one that the run was trained with; not needed where the run names its file. */
  readonly network?: OwnNetwork | undefined;
  /** Where the run lies now. */
  readonly run?: string;
}

/**
 * A learner that takes over a run's checkpoint to predict with it, on all GPUs that there are: each has as many rows of a batch as
 * the run's batches. It computes in float32, also where training did not; what else the optimiser's state depends on is as it
 * was. Its weights are zeros until it is loaded. Throws InputError for another network than the run's.
 */
export async function createPredictingLearner(
  config: TrainConfig,
  format: PatchFormat,
  { devices, network: own, run = config.run }: PredictingOptions = {},
): Promise<Learner> {
  const found = await networkOfRun(config, format, run, own);
  const count = devices ?? Math.max(1, gpusOf(config));
  const learner = await createLearner({
    ...config,
    precision: 'float32',
    lossScaling: config.precision === 'float16',
    firstWeights: 'zero',
    network: found.network,
    batchSize: config.batchSize * count,
    parallel: { ...ON_ONE_DEVICE, strategy: count === 1 ? 'single' : 'data', devices: count },
  });
  try {
    requireSameOperations(run, config, found);
  } catch (error) {
    learner.dispose();
    throw error;
  }
  return learner;
}

function gpusOf({ threads }: TrainConfig): number {
  return openEngine({ threads, cpuDevices: 1 }).context.devices.filter(({ type }) => type === 'GPU').length;
}
