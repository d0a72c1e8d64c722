import { ConfigError, messageOf } from '../errors.js';
import { inEither, inRepository } from '../paths.js';
import { type AugmentPlan, DEFAULT_AUGMENT, parseAugment } from './augmentPlan.js';
import { CLASS_NAMES, CLASS_NAMES_KEY, type ClassNames } from './classNames.js';
import { type Holdout, overlap, parseHoldout, parseValidation, type Validation } from './holdout.js';
import {
  decimal,
  fieldsOf,
  type IniValues,
  oneOf,
  readIniFile,
  text,
  wholeNumber,
  withDefault,
} from './ini.js';
import { INTENSITIES, type Intensity } from './intensity.js';
import { LOSS_FIELDS, LOSS_KEYS, type LossSettings } from './lossSettings.js';
import { type IntensityWindow, isNetworkFile, NETWORK_KEYS } from './networkSettings.js';
import { type LearningSettings, OPTIMIZER_FIELDS, OPTIMIZER_KEYS } from './optimizerSettings.js';
import { SAMPLING_FIELDS, SAMPLING_KEYS, type SamplingSettings } from './samplingSettings.js';

/** How a network is spread over devices. */
export const STRATEGIES = ['single', 'data', 'pipeline', 'hybrid'] as const;

/** How a step is spread over devices. */
export type Strategy = (typeof STRATEGIES)[number];

/** Orders in which a stage of a pipeline runs its micro-batches. */
export const SCHEDULES = ['1f1b', 'gpipe'] as const;

/** In which order a pipeline takes its micro-batches. */
export type Schedule = (typeof SCHEDULES)[number];

/** Element types of large gradients on their way between processes. */
export const EXCHANGES = ['float32', 'bfloat16'] as const;

/**
 * Element type of the convolutions in a training step; weights, batch norm and optimiser are always float32. With float16 the
 * loss is scaled.
 */
export const PRECISIONS = ['float32', 'bfloat16', 'float16'] as const;

/** What convolutions are computed in. */
export type Precision = (typeof PRECISIONS)[number];

/** How `voxlab train` trains; folders are absolute paths. */
export interface TrainingSettings extends LearningSettings {
  /** A name of the table (model/networks.ts), or the file of a network of one's own. */
  readonly network: string;
  /** Share of the last features that a step leaves out at random. */
  readonly dropout: number;
  /** GPU to use, from 0; -1 = the first there is. */
  readonly gpu: number;
  /** Devices of one process. */
  readonly devices: number;
  readonly strategy: Strategy;
  /** Stages of each pipeline of `hybrid`; `pipeline` has as many as devices. */
  readonly stages: number;
  /** Parts of a device's batch that are computed one after the other. */
  readonly microBatches: number;
  readonly schedule: Schedule;
  /** Parts of the network with which later stages begin; empty = found by measuring. */
  readonly cuts: readonly string[];
  readonly syncBatchNorm: boolean;
  /** `auto`: bfloat16 where the processor has it and it is faster. */
  readonly precision: Precision | 'auto';
  /** The backward pass computes each part of the network again, instead of keeping all its results. */
  readonly recompute: boolean;
  /** Element type of large gradients between processes; bfloat16 halves the bytes and rounds them. */
  readonly exchange: (typeof EXCHANGES)[number];
  /** How long processes wait for each other. */
  readonly timeoutSeconds: number;
  /** Subsets that training never sees; with folds, folds. */
  readonly holdout: Holdout;
  /** Whose rows choose the best network, and stop early. */
  readonly validation: Validation;
  /** Folds made of the series' uids; 0 = the subsets of the file. */
  readonly folds: number;
  /** Scans that lie in several subsets may be trained on and held out. */
  readonly allowSharedScans: boolean;
  /** Voxels along an axis, of the middle of each stored patch; 0 = all. */
  readonly crop: number;
  readonly sampling: SamplingSettings;
  /** What is done to training patches at random. */
  readonly augment: AugmentPlan;
  readonly classNames: ClassNames;
  /** Patches of a step on all devices of all processes. */
  readonly batchSize: number;
  readonly epochs: number;
  readonly loss: LossSettings;
  /** Epochs without a lower validation loss after which training ends; 0 = never. */
  readonly earlyStopping: number;
  readonly seed: number;
  /** Inside an epoch a checkpoint is left whenever so many minutes have gone by since the last one; 0 = none. */
  readonly checkpointMinutes: number;
  /** The same after so many steps; 0 = none. */
  readonly checkpointSteps: number;
  /** The validation rows are scored after each so many steps, beside each epoch's end; 0 = at these alone. */
  readonly validateSteps: number;
  /** Threads that read patches; 0 = one a core, four at most. */
  readonly readers: number;
  /** `file`: as the patch file was normalised (crop --normalise). */
  readonly normalisation: (typeof TRAINING_NORMALISATIONS)[number];
  /** Of the network's first channel. */
  readonly windowHu: IntensityWindow;
  /** Of its further channels. */
  readonly moreWindows: readonly IntensityWindow[];
  /** What the voxels of the patch file mean. */
  readonly intensity: Intensity;
  /** Holds the patch file. */
  readonly dataFolder: string;
  /** Receives the runs. */
  readonly runsFolder: string;
}

/** Where the intensity window of training comes from. */
export const TRAINING_NORMALISATIONS = ['window', 'file'] as const;

/**
 * `configs/model.ini`, the original project's file: how `voxlab train` trains.
 * @example
 * const { holdout } = readTrainingSettings(MODEL_CONFIG_FILE);
 * console.log(`never trained on: subset ${holdout}`);
 */
export const MODEL_CONFIG_FILE = inEither('configs', 'model.ini');

/** Keys of [training]. */
export const TRAINING_KEYS = {
  GPUID: withDefault(wholeNumber(0, 1023), -1),
  NUM_GPUS: withDefault(wholeNumber(1, 1024), 1),
  HOLDOUT: { expected: 'expected a subset, or several such as 5,6', parse: parseHoldout },
  VALIDATION: withDefault(
    { expected: 'expected auto, scans, a subset, or several such as 6,7', parse: parseValidation },
    'auto' as const,
  ),
  ALLOW_SHARED_SCANS: withDefault(oneOf('yes', 'no'), 'no' as const),
  FOLDS: withDefault(wholeNumber(0, 1000), 0),
  CROP: withDefault(wholeNumber(0, 1024), 0),
  AUGMENT: withDefault(text(), DEFAULT_AUGMENT),
  CLASS_NAMES: withDefault(CLASS_NAMES_KEY, CLASS_NAMES),
  ...NETWORK_KEYS,
  ...SAMPLING_KEYS,
  ...OPTIMIZER_KEYS,
  ...LOSS_KEYS,
  BATCH_SIZE: wholeNumber(2, 65536),
  DATA_DIR: text(),
  EPOCHS: withDefault(wholeNumber(1), 6),
  READERS: withDefault(wholeNumber(0, 64), 0),
  SEED: withDefault(wholeNumber(0), 16),
  CHECKPOINT_MINUTES: withDefault(decimal(0), 10),
  CHECKPOINT_STEPS: withDefault(wholeNumber(0), 0),
  VALIDATE_STEPS: withDefault(wholeNumber(0), 0),
  STRATEGY: withDefault(oneOf(...STRATEGIES), 'single' as const),
  STAGES: withDefault(wholeNumber(2, 1024), 2),
  MICRO_BATCHES: withDefault(wholeNumber(1, 65536), 1),
  SCHEDULE: withDefault(oneOf(...SCHEDULES), '1f1b' as const),
  CUTS: withDefault(text(), ''),
  SYNC_BATCH_NORM: withDefault(oneOf('yes', 'no'), 'no' as const),
  PRECISION: withDefault(oneOf(...PRECISIONS, 'auto'), 'float32' as const),
  RECOMPUTE: withDefault(oneOf('yes', 'no'), 'no' as const),
  EXCHANGE: withDefault(oneOf(...EXCHANGES), 'float32' as const),
  TIMEOUT_SECONDS: withDefault(wholeNumber(1, 86400), 60),
  EARLY_STOPPING: withDefault(wholeNumber(0), 0),
  INTENSITY: withDefault(oneOf(...INTENSITIES), 'hu' as const),
  NORMALISATION: withDefault(oneOf(...TRAINING_NORMALISATIONS), 'window' as const),
  WINDOW_LOW: withDefault(decimal(-32768, 32767), -1000),
  WINDOW_HIGH: withDefault(decimal(-32768, 32767), 400),
  RUNS_DIR: withDefault(text(), 'runs'),
};

/** Settings that are what their key says; a run's stored configuration is held to the same keys. */
export const PLAIN_FIELDS = {
  dropout: 'DROPOUT',
  devices: 'NUM_GPUS',
  strategy: 'STRATEGY',
  stages: 'STAGES',
  microBatches: 'MICRO_BATCHES',
  schedule: 'SCHEDULE',
  precision: 'PRECISION',
  exchange: 'EXCHANGE',
  timeoutSeconds: 'TIMEOUT_SECONDS',
  ...OPTIMIZER_FIELDS,
  ...LOSS_FIELDS,
  earlyStopping: 'EARLY_STOPPING',
  holdout: 'HOLDOUT',
  validation: 'VALIDATION',
  folds: 'FOLDS',
  crop: 'CROP',
  ...SAMPLING_FIELDS,
  classNames: 'CLASS_NAMES',
  batchSize: 'BATCH_SIZE',
  epochs: 'EPOCHS',
  seed: 'SEED',
  checkpointMinutes: 'CHECKPOINT_MINUTES',
  checkpointSteps: 'CHECKPOINT_STEPS',
  validateSteps: 'VALIDATE_STEPS',
  readers: 'READERS',
  normalisation: 'NORMALISATION',
  intensity: 'INTENSITY',
} as const;

/**
 * Reads [training]; paths in the file are relative to the repository root. Throws ConfigError.
 * @example
 * const { epochs, batchSize, learningRate } = readTrainingSettings();
 * console.log(`${epochs} epochs, ${batchSize} patches a step, learning rate ${learningRate}`);
 */
export function readTrainingSettings(file: string = MODEL_CONFIG_FILE): TrainingSettings {
  const values = readIniFile(file, { training: TRAINING_KEYS }, 'training');
  if (values.WINDOW_HIGH <= values.WINDOW_LOW)
    throw new ConfigError(
      file,
      'training',
      'WINDOW_HIGH',
      values.WINDOW_HIGH,
      `expected a number above WINDOW_LOW (${values.WINDOW_LOW})`,
    );
  if (overlap(values.HOLDOUT, values.VALIDATION))
    throw new ConfigError(
      file,
      'training',
      'VALIDATION',
      String(values.VALIDATION),
      `expected other subsets than HOLDOUT ${values.HOLDOUT}`,
    );
  if (values.SAMPLING === 'natural' && values.HARD_NEGATIVES > 0)
    throw new ConfigError(
      file,
      'training',
      'HARD_NEGATIVES',
      values.HARD_NEGATIVES,
      'expected 0 with SAMPLING natural, which takes every row once',
    );
  return Object.freeze({
    ...fieldsOf(PLAIN_FIELDS, values),
    network: isNetworkFile(values.NETWORK) ? inRepository(values.NETWORK) : values.NETWORK,
    gpu: values.GPUID,
    cuts: Object.freeze(values.CUTS.split(',').flatMap((cut) => cut.trim() || [])),
    syncBatchNorm: values.SYNC_BATCH_NORM === 'yes',
    recompute: values.RECOMPUTE === 'yes',
    allowSharedScans: values.ALLOW_SHARED_SCANS === 'yes',
    emaWarmUp: values.EMA_WARM_UP === 'yes',
    augment: augmentOf(file, values.AUGMENT),
    ...windowsOf(file, values),
    dataFolder: inRepository(values.DATA_DIR),
    runsFolder: inRepository(values.RUNS_DIR),
  });
}

/** WINDOWS goes before WINDOW_LOW and WINDOW_HIGH. Throws ConfigError. */
function windowsOf(
  file: string,
  values: IniValues<typeof TRAINING_KEYS>,
): Pick<TrainingSettings, 'windowHu' | 'moreWindows'> {
  const { WINDOWS, WINDOW_LOW: low, WINDOW_HIGH: high, NORMALISATION, INTENSITY } = values;
  const [windowHu = Object.freeze({ low, high }), ...moreWindows] = WINDOWS ?? [];
  if (WINDOWS !== undefined && (NORMALISATION === 'file' || INTENSITY !== 'hu'))
    throw new ConfigError(
      file,
      'training',
      'WINDOWS',
      WINDOWS.map((window) => `${window.low}:${window.high}`).join(', '),
      'expected none with NORMALISATION file or INTENSITY unit or float, which give their own window',
    );
  return { windowHu, moreWindows: Object.freeze(moreWindows) };
}

function augmentOf(file: string, list: string): AugmentPlan {
  try {
    return Object.freeze(parseAugment(list));
  } catch (error) {
    throw new ConfigError(file, 'training', 'AUGMENT', list, uncapitalised(messageOf(error)));
  }
}

function uncapitalised(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
