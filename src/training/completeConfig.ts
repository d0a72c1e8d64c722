import { type AugmentPlan, SYMMETRIES } from '../config/augmentPlan.js';
import { BALANCED } from '../config/samplingSettings.js';
import type { TrainConfig } from './trainConfig.js';

/** A run's configuration as it was stored; runs of earlier versions lack some keys. */
export function completeConfig(stored: TrainConfig): TrainConfig {
  const { augment } = stored as { readonly augment: AugmentPlan | boolean };
  return {
    ...stored,
    folds: stored.folds ?? 0,
    crop: stored.crop ?? 0,
    readers: stored.readers ?? 0,
    sampling: stored.sampling ?? BALANCED,
    augment: typeof augment === 'boolean' ? (augment ? SYMMETRIES : {}) : augment,
  };
}
