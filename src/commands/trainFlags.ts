import type { ClassNames } from '../config/classNames.js';
import type { Holdout, Validation } from '../config/holdout.js';
import type { Intensity } from '../config/intensity.js';
import type { ClassWeights, LossSettings } from '../config/lossSettings.js';
import type { IntensityWindow } from '../config/networkSettings.js';
import type { Sampling } from '../config/samplingSettings.js';
import type { Precision, Schedule, Strategy } from '../config/trainingSettings.js';

/** Flags of `voxlab train`; those that are given go before the settings' file. */
export interface TrainFlags {
  readonly config: string;
  readonly data?: string;
  readonly out?: string;
  readonly recordGpu?: boolean;
  readonly resume?: string;
  readonly from?: string;
  /** Steps; true for as many as usual. */
  readonly findRate?: number | true;
  readonly epochs?: number;
  readonly batch?: number;
  readonly strategy?: Strategy;
  readonly devices?: number;
  readonly stages?: number;
  readonly microBatches?: number;
  readonly schedule?: Schedule;
  readonly cuts?: string;
  readonly syncBatchNorm?: boolean;
  readonly precision?: Precision | 'auto';
  readonly recompute?: boolean;
  readonly processes?: number;
  readonly cluster?: string;
  readonly rank?: number;
  readonly openPorts?: boolean;
  readonly timeout?: number;
  readonly profile?: boolean;
  readonly holdout?: Holdout;
  readonly validation?: Validation;
  readonly allowSharedScans?: boolean;
  readonly folds?: number;
  readonly crop?: number;
  readonly intensity?: Intensity;
  readonly classNames?: ClassNames;
  readonly loss?: LossSettings['kind'];
  readonly classWeights?: ClassWeights;
  readonly sampling?: Sampling;
  readonly positiveShare?: number;
  readonly hardNegatives?: number;
  readonly seed?: number;
  readonly learningRate?: number;
  readonly filters?: number;
  /** A name of the table, or a file. */
  readonly network?: string;
  readonly dropout?: number;
  readonly windows?: readonly IntensityWindow[];
  /** A list; false for none. */
  readonly augment?: string | boolean;
  readonly checkpointMinutes?: number;
  readonly checkpointSteps?: number;
  readonly validateSteps?: number;
  readonly threads?: number;
  readonly json?: boolean;
}
