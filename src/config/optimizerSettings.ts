import { decimal, oneOf, wholeNumber, withDefault } from './ini.js';

/** Ways to make a step of gradients. */
export const OPTIMIZERS = ['adam', 'adamw', 'sgd'] as const;

/** How the weights follow the gradients. */
export interface OptimizerSettings {
  readonly name: (typeof OPTIMIZERS)[number];
  /** Of `sgd`. */
  readonly momentum: number;
  /** Of `adamw` (Loshchilov, Hutter, ICLR 2019): share of a kernel that is taken off it, times the learning rate. */
  readonly weightDecay: number;
}

/** How the learning rate falls over a run. */
export const DECAYS = ['constant', 'cosine', 'step'] as const;

/** How the learning rate goes over a run. */
export interface LearningRateSettings {
  readonly decay: (typeof DECAYS)[number];
  /** Epochs in which the rate rises from 0. */
  readonly warmUpEpochs: number;
  /** Of `step`: after so many epochs, again and again, the rate is multiplied by the factor. */
  readonly stepEpochs: number;
  readonly stepFactor: number;
  /** Batch for which LEARNING_RATE is meant: other batches have it in proportion (Goyal et al., 2017); 0 = any. */
  readonly baseBatch: number;
}

/** How a step changes the weights. */
export interface LearningSettings {
  readonly learningRate: number;
  readonly learningRatePlan: LearningRateSettings;
  readonly optimizer: OptimizerSettings;
  /** Factor of the sum of squares of all kernels, added to the loss. */
  readonly l2: number;
  /** Longest gradient, all together; 0 = any. */
  readonly clipNorm: number;
  /** Of the moving average of the weights that predictions use; 0 = none. */
  readonly emaDecay: number;
  /** Whether the average forgets faster at first, so that it does not hold the first weights for long (training/stepCounts.ts). */
  readonly emaWarmUp: boolean;
}

/** Keys of [training]. */
export const OPTIMIZER_KEYS = {
  LEARNING_RATE: withDefault(decimal(0, 10), 1e-3),
  L2: withDefault(decimal(0, 1), 1e-4),
  OPTIMIZER: withDefault(oneOf(...OPTIMIZERS), 'adam' as const),
  MOMENTUM: withDefault(decimal(0, 1), 0.9),
  WEIGHT_DECAY: withDefault(decimal(0, 1), 0.01),
  CLIP_NORM: withDefault(decimal(0), 0),
  EMA_DECAY: withDefault(decimal(0, 1), 0),
  EMA_WARM_UP: withDefault(oneOf('yes', 'no'), 'yes' as const),
  DECAY: withDefault(oneOf(...DECAYS), 'constant' as const),
  WARM_UP_EPOCHS: withDefault(decimal(0), 0),
  STEP_EPOCHS: withDefault(wholeNumber(1), 10),
  STEP_FACTOR: withDefault(decimal(0, 1), 0.1),
  BASE_BATCH: withDefault(wholeNumber(0, 65536), 0),
};

export const OPTIMIZER_FIELDS = {
  learningRate: 'LEARNING_RATE',
  learningRatePlan: {
    decay: 'DECAY',
    warmUpEpochs: 'WARM_UP_EPOCHS',
    stepEpochs: 'STEP_EPOCHS',
    stepFactor: 'STEP_FACTOR',
    baseBatch: 'BASE_BATCH',
  },
  optimizer: { name: 'OPTIMIZER', momentum: 'MOMENTUM', weightDecay: 'WEIGHT_DECAY' },
  l2: 'L2',
  clipNorm: 'CLIP_NORM',
  emaDecay: 'EMA_DECAY',
} as const;
