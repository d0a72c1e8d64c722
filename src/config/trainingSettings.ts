import { ConfigError } from '../errors.js';
import { inRepository } from '../paths.js';
import { decimal, oneOf, readIniFile, text, wholeNumber, withDefault } from './ini.js';

/** How a network is spread over devices. */
export const STRATEGIES = ['single', 'data', 'pipeline', 'hybrid'] as const;

export type Strategy = (typeof STRATEGIES)[number];

/** How `voxlab train` trains; folders are absolute paths. */
export interface TrainingSettings {
  /** GPU to use, from 0; -1 = the first there is. */
  readonly gpu: number;
  readonly devices: number;
  readonly strategy: Strategy;
  /** Subset that training never sees. */
  readonly holdout: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Factor of the sum of squares of all kernels, added to the loss. */
  readonly l2: number;
  readonly seed: number;
  /** Hounsfield units that become 0 and 1. */
  readonly windowHu: { readonly low: number; readonly high: number };
  /** Holds the patch file. */
  readonly dataFolder: string;
  /** Receives the runs. */
  readonly runsFolder: string;
}

/** The original project's file, in the clone. */
export const MODEL_CONFIG_FILE = inRepository('configs', 'model.ini');

const keys = {
  GPUID: withDefault(wholeNumber(0, 1023), -1),
  NUM_GPUS: withDefault(wholeNumber(1, 1024), 1),
  HOLDOUT: wholeNumber(-1),
  BATCH_SIZE: wholeNumber(1, 65536),
  DATA_DIR: text(),
  EPOCHS: withDefault(wholeNumber(1), 6),
  LEARNING_RATE: withDefault(decimal(0, 10), 1e-3),
  L2: withDefault(decimal(0, 1), 1e-4),
  SEED: withDefault(wholeNumber(0), 16),
  STRATEGY: withDefault(oneOf(...STRATEGIES), 'single' as const),
  WINDOW_LOW: withDefault(decimal(-32768, 32767), -1000),
  WINDOW_HIGH: withDefault(decimal(-32768, 32767), 400),
  RUNS_DIR: withDefault(text(), 'runs'),
};

/** Reads [training]; paths in the file are relative to the repository root. Throws ConfigError. */
export function readTrainingSettings(file: string = MODEL_CONFIG_FILE): TrainingSettings {
  const values = readIniFile(file, { training: keys }, 'training');
  if (values.WINDOW_HIGH <= values.WINDOW_LOW)
    throw new ConfigError(
      file,
      'training',
      'WINDOW_HIGH',
      values.WINDOW_HIGH,
      `expected a number above WINDOW_LOW (${values.WINDOW_LOW})`,
    );
  return Object.freeze({
    gpu: values.GPUID,
    devices: values.NUM_GPUS,
    strategy: values.STRATEGY,
    holdout: values.HOLDOUT,
    batchSize: values.BATCH_SIZE,
    epochs: values.EPOCHS,
    learningRate: values.LEARNING_RATE,
    l2: values.L2,
    seed: values.SEED,
    windowHu: Object.freeze({ low: values.WINDOW_LOW, high: values.WINDOW_HIGH }),
    dataFolder: inRepository(values.DATA_DIR),
    runsFolder: inRepository(values.RUNS_DIR),
  });
}
