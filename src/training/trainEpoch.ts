import { performance } from 'node:perf_hooks';
import { type EngineError, InterruptedError } from '../errors.js';
import { type Batch, labelled, trainingRequests } from '../feed/batches.js';
import type { BatchOrder } from '../feed/batchOrder.js';
import type { FedBatch, RowFeed } from '../feed/rowFeed.js';
import type { RowLabels } from '../feed/rowLabels.js';
import { isStoppedByAnother } from './ranks/talk.js';
import type { StepRecord } from './run/metricsLog.js';
import type { TrainConfig } from './run/trainConfig.js';
import { diverged } from './step/diverged.js';
import type { Learner, StepResult } from './step/learner.js';
import { explainOutOfMemory } from './step/memory.js';
import { type AugmentationInputs, augmentBatch, type OwnAugmentation } from './step/ownParts.js';
import type { Profile } from './step/profile.js';

/** What an epoch is made of. */
export interface EpochWork {
  readonly config: TrainConfig;
  readonly feed: RowFeed;
  readonly labels: RowLabels;
  readonly order: BatchOrder;
  readonly learner: Learner;
  /** From 1. */
  readonly epoch: number;
  /** Steps that are done, over all epochs; inside the epoch where a run was interrupted there. */
  readonly stepsDone: number;
  /** The last one of these, within the epoch. */
  readonly toStep: number;
  readonly signal: AbortSignal | undefined;
  readonly profile: Profile | undefined;
  /** Done to its batches, with the size of their patches. */
  readonly augment?: { readonly own: OwnAugmentation; readonly size: AugmentationInputs['size'] } | undefined;
  /** Rejects when a process that trains with this one is lost. */
  readonly lost: Promise<never> | undefined;
}

/**
 * Steps of one epoch, all or those up to a validation. The wait for each batch is measured apart from the step. An abort, of any process, ends it after
 * the step that runs. Throws EngineError (a loss that is not finite), InterruptedError.
 */
export async function* trainEpoch(work: EpochWork): AsyncGenerator<StepRecord> {
  const { config, feed, labels, order, learner, epoch, stepsDone, toStep, signal, lost } = work;
  const batches = feed.batches(
    trainingRequests({
      order,
      fromStep: stepsDone,
      toStep,
      shard: { index: learner.rank, of: learner.ranks },
    }),
  );
  try {
    for (let step = stepsDone + 1; step <= toStep; step++) {
      // A process alone need not ask the others.
      if (signal?.aborted === true && learner.ranks === 1)
        throw interruption(config, signal, step - 1, epoch);
      const began = performance.now();
      const fed = (await batches.next()).value as FedBatch;
      const batch = labelled(fed, labels);
      if (work.augment !== undefined)
        augmentBatch(work.augment.own, batch, {
          ...{ size: work.augment.size, seed: config.seed, step },
          firstRow: learner.rank * learner.batchSize,
        });
      const wait = performance.now() - began;
      const passes = work.profile?.wants(step) ?? false;
      const running = learner.step(batch, { stop: signal?.aborted === true, passes }).catch((error) => {
        throw explainOutOfMemory(error, config);
      });
      const result = await (lost === undefined ? running : Promise.race([running, lost]));
      const took = performance.now() - began;
      work.profile?.add({ step, began, wait, took, times: result.times });
      const { lossScale, skipped } = result;
      const what = whatIsNotFinite(result);
      if (what !== undefined) throw notFinite(what, step, epoch, batch);
      const { copyMs, computeMs, reduceMs, updateMs } = result.times;
      yield {
        kind: 'step',
        epoch,
        step,
        loss: result.loss,
        accuracy: result.accuracy,
        patchesPerSecond: (1000 * config.batchSize) / took,
        waitShare: wait / took,
        batchesReady: fed.ready,
        learningRate: result.learningRate,
        ...(lossScale === undefined ? {} : { lossScale, skipped: skipped === true }),
        ms: { wait, copy: copyMs, compute: computeMs, reduce: reduceMs, update: updateMs },
      };
      if (result.stop) throw interruption(config, signal, step, epoch);
    }
  } finally {
    await batches.return(undefined);
  }
}

/** What a run says that was asked to stop, here or by another process. */
export function interruption(
  { run }: TrainConfig,
  signal: AbortSignal | undefined,
  step: number,
  epoch: number,
  cause?: unknown,
): InterruptedError {
  const asked = signal?.aborted === true && !isStoppedByAnother(signal);
  const by = asked ? '' : ' by another process';
  return new InterruptedError(
    `interrupted${by} while training (step ${step}, epoch ${epoch}); go on with --resume ${run}`,
    { cause },
  );
}

/** A skipped step is none of training's ends, unless the scale is 1: then it is not the scale that is too large. */
function whatIsNotFinite({ loss, skipped, lossScale = 1 }: StepResult): string | undefined {
  if (skipped === true) return lossScale > 1 ? undefined : 'a gradient is not finite';
  return Number.isFinite(loss) ? undefined : `the loss is ${loss}`;
}

function notFinite(what: string, step: number, epoch: number, { rows }: Batch): EngineError {
  const first = Array.from(rows.slice(0, 8)).join(', ');
  return diverged('training step', `${what} at step ${step} (epoch ${epoch}, rows ${first}, ...)`);
}
