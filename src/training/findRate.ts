import { throwIfAborted } from '../errors.js';
import { type Batch, labelled, trainingRequests } from '../feed/batches.js';
import { orderOf } from '../feed/orderOf.js';
import type { RowFeed } from '../feed/rowFeed.js';
import { scanLabels } from '../feed/rowLabels.js';
import { splitRows } from '../feed/split.js';
import type { OwnLoss } from '../model/loss.js';
import type { OwnNetwork } from '../model/ownNetwork.js';
import { openPatchFile } from '../store/patchFile.js';
import { openFeed } from './openFeed.js';
import { type RateStep, RateSweep, ratesOf } from './rateSweep.js';
import { seriesSplit } from './run/dataIdentity.js';
import { networkOfRun, withOwnName } from './run/networkOfRun.js';
import { firstWeights } from './run/startingPoint.js';
import type { TrainConfig } from './run/trainConfig.js';
import { learnerOfRun, requireBatch, settledConfig } from './runData.js';
import type { Learner } from './step/learner.js';

/** Fewer say nothing: the loss of a batch is noisy. */
export const FEWEST_STEPS = 20;

/** Which rates findRate() tries: from `low` to `high`, evenly on a logarithmic scale. */
export interface FindRateOptions {
  /** First and last learning rate; by default 1e-6 and 1. */
  readonly low?: number;
  readonly high?: number;
  /** Steps at most, at least 20; by default 100. */
  readonly steps?: number;
  readonly signal?: AbortSignal;
  /** Of one's own; default: what the configuration names. */
  readonly network?: OwnNetwork | undefined;
  readonly loss?: OwnLoss | undefined;
}

/** One step of the sweep, from 1. */
export interface RateStepRecord extends RateStep {
  readonly kind: 'step';
  /** From 1, and how many there are. */
  readonly step: number;
  readonly steps: number;
}

/** What the sweep says, last of all. */
export interface RateEndRecord {
  readonly kind: 'end';
  /** For LEARNING_RATE of this configuration; null where the loss did not fall. */
  readonly suggested: number | null;
  /** Where the running mean of the loss is lowest; null where nothing can be said. */
  readonly lowest: number | null;
  /** Whether the loss rose too far before the last rate. */
  readonly diverged: boolean;
}

/** What findRate() yields: each step, then the end. */
export type RateRecord = RateStepRecord | RateEndRecord;

/**
 * Learning rates to choose from: a run's network takes steps on the batches of its first steps, each with a higher rate, until the
 * loss rises. Warm-up and decay are left out, BASE_BATCH counts. Nothing is written and no run is touched.
 * Throws InputError, EngineError, EnvironmentError, InterruptedError, RangeError.
 * @example
 * const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
 * const settings = { ...readTrainingSettings(), filters: 4, threads: 0 };
 * const config = { ...settings, data, run: inRepository('runs/rate') };
 * for await (const record of findRate(config, { steps: 20 }))
 *   if (record.kind === 'end') console.log(`LEARNING_RATE = ${record.suggested}`);
 */
export async function* findRate(
  wished: TrainConfig,
  options: FindRateOptions = {},
): AsyncGenerator<RateRecord> {
  const { low = 1e-6, high = 1, steps = 100, signal } = options;
  const given = withOwnName(wished, options.network);
  if (!(low > 0 && high > low))
    throw new RangeError(`Expected rates above 0 that rise, received ${low} to ${high}`);
  if (!(steps >= FEWEST_STEPS))
    throw new RangeError(`Expected at least ${FEWEST_STEPS} steps, received ${steps}`);
  const patches = await openPatchFile(given.data);
  let learner: Learner | undefined;
  let feed: RowFeed | undefined;
  try {
    const labels = scanLabels(patches);
    const config = await settledConfig(patches, labels, given);
    const split = splitRows(labels, config, config.data);
    requireBatch(config, split);
    const { batchSize, sampling, seed, learningRatePlan } = config;
    const order = orderOf(sampling, split, batchSize, seed);
    const rates = ratesOf(low, high, steps);
    const { network } = await networkOfRun(config, patches.format, config.run, options.network);
    const perBatch = learningRatePlan.baseBatch === 0 ? 1 : batchSize / learningRatePlan.baseBatch;
    learner = await learnerOfRun(
      { ...config, learningRate: perBatch },
      split,
      network,
      (step) => rates[step - 1]!,
      { loss: options.loss, isLoaded: config.from !== undefined },
    );
    feed = openFeed(patches, config, learner.batchSize);
    if (config.from !== undefined) {
      const series = seriesSplit(labels, split, { labels: '' });
      await learner.load((await firstWeights(config.from, config, network, series)).weights);
    }
    const batches = feed.batches(
      trainingRequests({ order, fromStep: 0, toStep: rates.length, shard: { index: 0, of: 1 } }),
      signal,
    );
    const sweep = new RateSweep();
    let diverged = false;
    for await (const fed of batches) {
      const step = sweep.steps.length + 1;
      throwIfAborted(signal, 'looking for a learning rate');
      const batch: Batch = labelled(fed, labels);
      const { loss } = await learner.step(batch);
      diverged = sweep.add(rates[step - 1]!, loss);
      if (!Number.isFinite(loss)) break;
      yield { kind: 'step', step, steps: rates.length, ...sweep.steps.at(-1)! };
      if (diverged) break;
    }
    yield { kind: 'end', suggested: sweep.suggested, lowest: sweep.lowest, diverged };
  } finally {
    await feed?.close();
    learner?.dispose();
    patches.close();
  }
}
