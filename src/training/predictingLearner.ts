import { shapeOfCrop } from '../feed/centralCrop.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import { openEngine } from '../tensorflow/engine.js';
import { createLearner } from './createLearner.js';
import type { Learner } from './learner.js';
import { ON_ONE_DEVICE } from './learnerOptions.js';
import type { TrainConfig } from './trainConfig.js';

/**
 * A learner that takes over a run's checkpoint to predict with it, on all GPUs that there are: each has as many rows of a batch as
 * the run's batches. It computes in float32, also where training did not; what else the optimiser's state depends on is as it
 * was. Its weights are zeros until it is loaded.
 */
export function createPredictingLearner(
  config: TrainConfig,
  format: PatchFormat,
  devices = Math.max(1, gpusOf(config)),
): Promise<Learner> {
  const { dim, slices } = shapeOfCrop(format, config.crop);
  return createLearner({
    ...config,
    precision: 'float32',
    lossScaling: config.precision === 'float16',
    firstWeights: 'zero',
    network: { inputSize: [slices, dim, dim], filters: config.filters },
    batchSize: config.batchSize * devices,
    parallel: { ...ON_ONE_DEVICE, strategy: devices === 1 ? 'single' : 'data', devices },
  });
}

function gpusOf({ threads }: TrainConfig): number {
  return openEngine({ threads, cpuDevices: 1 }).context.devices.filter(({ type }) => type === 'GPU').length;
}
