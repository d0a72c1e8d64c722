import type { Cluster } from '../../config/cluster.js';
import type { IntensityWindow } from '../../config/networkSettings.js';
import type { OptimizerSettings } from '../../config/optimizerSettings.js';
import type { Precision, Schedule, Strategy } from '../../config/trainingSettings.js';
import type { NetworkOptions } from '../../model/architecture.js';
import { type BatchLoss, PLAIN_LOSS } from '../../model/loss.js';
import type { Network } from '../../model/network.js';

/** What a learner is made of; what is left out has the default that stands beside it, or is as a run without the setting. */
export interface LearnerOptions {
  /** One of the table, or one built already: such as of pieces of one's own (model/ownNetwork.ts). */
  readonly network: NetworkOptions | Network;
  /** Rows of a step in this process. */
  readonly batchSize: number;
  /** Hounsfield units that become 0 and 1. */
  readonly windowHu: IntensityWindow;
  /** Of the input's further channels; default: none. */
  readonly moreWindows?: readonly IntensityWindow[];
  readonly learningRate: number;
  /** Warm-up and decay: factor of the learning rate at a step, counted from 1. */
  readonly learningRateFactor?: (step: number) => number;
  readonly l2: number;
  /** Default: cross-entropy, all rows alike. */
  readonly batchLoss?: BatchLoss;
  readonly seed: number;
  /** `zero`: for one whose weights load() brings at once; drawing 33 million takes two seconds. Default: drawn by the seed. */
  readonly firstWeights?: 'drawn' | 'zero';
  readonly optimizer?: OptimizerSettings;
  readonly syncBatchNorm?: boolean;
  /** Of convolutions in a step; default float32; `auto` measures. */
  readonly precision?: Precision | 'auto';
  /** Scaling of the loss (lossScaling.ts); default: with precision float16. */
  readonly lossScaling?: boolean;
  /** Less memory, more time: pieces of the network keep their input alone, and are computed again in the backward pass. */
  readonly recompute?: boolean;
  /** Longest gradient, all together; 0 = any. */
  readonly clipNorm?: number;
  /** Of the moving average of the weights; 0 = none. */
  readonly emaDecay?: number;
  /** Whether it forgets faster at first (stepCounts.ts); default: yes. */
  readonly emaWarmUp?: boolean;
  /** Threads inside one operation; default: one a core. */
  readonly threads?: number;
  readonly parallel?: ParallelOptions;
  /** Processes to train with. */
  readonly cluster?: Cluster;
  /** Element type of large gradients between processes; default float32. */
  readonly exchange?: 'float32' | 'bfloat16';
  /** How long a process waits for the others. */
  readonly timeoutSeconds?: number;
}

/** How a step is spread over the devices of this process. */
export interface ParallelOptions {
  readonly strategy: Strategy;
  readonly devices: number;
  /** Of each pipeline; `pipeline` has as many as devices. */
  readonly stages: number;
  readonly microBatches: number;
  readonly schedule: Schedule;
  /** Pieces with which later stages begin; default: found by measuring. */
  readonly cuts?: readonly string[];
}

export const ON_ONE_DEVICE: ParallelOptions = {
  strategy: 'single',
  devices: 1,
  stages: 1,
  microBatches: 1,
  schedule: '1f1b',
};

export const PLAIN_ADAM: OptimizerSettings = { name: 'adam', momentum: 0.9, weightDecay: 0 };

/** With a value for what was left out, but for processes and devices. */
export function withDefaults<O extends LearnerOptions>(options: O, precision: Precision) {
  return {
    ...options,
    optimizer: options.optimizer ?? PLAIN_ADAM,
    moreWindows: options.moreWindows ?? [],
    batchLoss: options.batchLoss ?? PLAIN_LOSS,
    syncBatchNorm: options.syncBatchNorm ?? false,
    lossScaling: options.lossScaling ?? precision === 'float16',
    recompute: options.recompute ?? false,
    clipNorm: options.clipNorm ?? 0,
    emaDecay: options.emaDecay ?? 0,
    emaWarmUp: options.emaWarmUp ?? true,
  };
}
