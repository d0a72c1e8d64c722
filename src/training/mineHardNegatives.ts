import { performance } from 'node:perf_hooks';
import { type HardNegatives, hardCandidates, hardestOf } from '../feed/hardNegatives.js';
import type { RowFeed } from '../feed/rowFeed.js';
import { predictShared } from './predictRows.js';
import type { MiningTimes } from './run/metricsLog.js';
import type { TrainConfig } from './run/trainConfig.js';
import type { Learner } from './step/learner.js';

/** Nothing without HARD_NEGATIVES. */
export interface Mined {
  readonly hardest?: HardNegatives;
  readonly times?: MiningTimes;
}

/**
 * Scores the training negatives of an epoch with the network as it is (each process its part) and keeps the hardest; nothing
 * where hard negatives are not wanted. It costs a forward pass a candidate, a third of a training step. Throws InterruptedError.
 */
export async function mineHardNegatives(work: {
  readonly config: TrainConfig;
  readonly learner: Learner;
  readonly feed: RowFeed;
  readonly negatives: Uint32Array;
  readonly epoch: number;
  readonly signal: AbortSignal | undefined;
}): Promise<Mined> {
  const { config, learner, feed, epoch, signal } = work;
  const { hardNegatives, hardCandidates: count, hardPool } = config.sampling;
  if (hardNegatives === 0) return {};
  const began = performance.now();
  const rows = hardCandidates(work.negatives, count, config.seed, epoch);
  const hardest = hardestOf(rows, await predictShared(learner, feed, rows, signal), hardPool, epoch);
  return {
    hardest,
    times: {
      candidates: rows.length,
      kept: hardest.rows.length,
      lowestProbability: hardest.probabilities.at(-1)!,
      seconds: (performance.now() - began) / 1000,
    },
  };
}
