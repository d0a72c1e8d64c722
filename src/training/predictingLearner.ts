import { shapeOfCrop } from '../feed/centralCrop.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import { createLearner } from './createLearner.js';
import type { Learner } from './learner.js';
import type { TrainConfig } from './trainConfig.js';

/**
 * A learner that takes over a run's checkpoint to predict with it. It computes in float32, also where training did not; what else the
 * optimiser's state depends on is as it was. Its weights are zeros until it is loaded.
 */
export function createPredictingLearner(config: TrainConfig, format: PatchFormat): Promise<Learner> {
  const { dim, slices } = shapeOfCrop(format, config.crop);
  return createLearner({
    ...config,
    precision: 'float32',
    lossScaling: config.precision === 'float16',
    firstWeights: 'zero',
    network: { inputSize: [slices, dim, dim], filters: config.filters },
  });
}
