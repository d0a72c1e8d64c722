import { readTrainingSettings } from '../../src/config/trainingSettings.js';
import type { HardNegatives } from '../../src/feed/hardNegatives.js';
import type { Snapshot } from '../../src/training/run/checkpoint.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import type { NamedArray } from '../../src/training/step/learner.js';

export const CONFIG: TrainConfig = {
  ...readTrainingSettings(),
  data: 'x.hdf5',
  run: 'run',
  filters: 4,
  threads: 0,
};

const arrayOf = (name: string, value: number): Map<string, NamedArray> =>
  new Map([[name, { shape: [], data: Float32Array.of(value) }]]);

/** The state of a network of one number, its step; ten steps an epoch. */
export function checkpointAt({
  epoch,
  step = 10 * epoch,
  best,
  bestStep = 10 * (best ?? 0),
  validated = 10 * epoch,
  hardest,
}: {
  readonly epoch: number;
  readonly step?: number;
  /** Epoch of the best scores, and their step. */
  readonly best?: number;
  readonly bestStep?: number;
  readonly validated?: number;
  readonly hardest?: HardNegatives;
}): Snapshot {
  return {
    weights: arrayOf('w', step),
    optimizer: arrayOf('m', -step),
    ...(hardest === undefined ? {} : { hardest }),
    meta: {
      ...{
        program: 'x',
        config: CONFIG,
        epoch,
        step,
        validated,
        stepsPerEpoch: 10,
        layout: { threads: 2, cpu: 'x' },
      },
      ...(best === undefined
        ? {}
        : { best: { epoch: best, step: bestStep, valLoss: 0.5, accuracy: 0.9, rocAuc: 0.8 } }),
    },
  };
}
