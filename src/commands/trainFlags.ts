import type { ClassWeights, LossSettings } from '../config/lossSettings.js';
import type { IntensityWindow } from '../config/networkSettings.js';
import type { Sampling } from '../config/samplingSettings.js';
import type { TrainingSettings } from '../config/trainingSettings.js';

/** Flags that stand for the setting of their name, and that a run may have otherwise when it goes on. */
export const RESUMABLE_FLAGS = [
  ...(['epochs', 'strategy', 'devices', 'stages', 'microBatches', 'schedule', 'recompute'] as const),
  ...(['checkpointMinutes', 'checkpointSteps', 'validateSteps', 'classNames'] as const),
] as const;

/** Flags that stand for the setting of their name, and decide a run's result. */
export const DECIDING_FLAGS = [
  ...(['syncBatchNorm', 'precision', 'folds', 'allowSharedScans', 'crop', 'intensity'] as const),
  ...(['seed', 'learningRate', 'dropout'] as const),
] as const;

type OwnName = (typeof RESUMABLE_FLAGS)[number] | (typeof DECIDING_FLAGS)[number];

/** Flags of `voxlab train`; those that are given go before the settings' file. */
export interface TrainFlags
  extends Partial<Pick<TrainingSettings, OwnName | 'holdout' | 'validation' | 'network'>> {
  readonly config: string;
  readonly data?: string;
  readonly out?: string;
  readonly recordGpu?: boolean;
  readonly resume?: string;
  readonly from?: string;
  /** Steps; true for as many as usual. */
  readonly findRate?: number | true;
  readonly batch?: number;
  readonly cuts?: string;
  readonly processes?: number;
  readonly cluster?: string;
  readonly rank?: number;
  readonly openPorts?: boolean;
  readonly timeout?: number;
  readonly profile?: boolean;
  readonly loss?: LossSettings['kind'];
  readonly classWeights?: ClassWeights;
  readonly sampling?: Sampling;
  readonly positiveShare?: number;
  readonly hardNegatives?: number;
  readonly filters?: number;
  readonly windows?: readonly IntensityWindow[];
  /** A list; false for none. */
  readonly augment?: string | boolean;
  readonly threads?: number;
  readonly json?: boolean;
}

/** The settings that these flags stand for, as far as they are given. */
export function settingsOf<N extends OwnName>(flags: TrainFlags, names: readonly N[]): Pick<TrainFlags, N> {
  const given = names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]);
  return Object.fromEntries(given) as Pick<TrainFlags, N>;
}
