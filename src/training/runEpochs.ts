import { performance } from 'node:perf_hooks';
import { EngineError, EnvironmentError, InterruptedError, messageOf } from '../errors.js';
import { orderOf } from '../feed/orderOf.js';
import type { RowFeed } from '../feed/rowFeed.js';
import type { RowLabels } from '../feed/rowLabels.js';
import type { Split } from '../feed/split.js';
import { given } from '../given.js';
import { VERSION } from '../version.js';
import { type Mined, mineHardNegatives } from './mineHardNegatives.js';
import { readingOf } from './openFeed.js';
import type { RankWatch } from './ranks/rankWatch.js';
import { AppendQueue } from './run/appendQueue.js';
import { CheckpointKeeper } from './run/checkpointKeeper.js';
import type { CheckpointMeta, ValidationScores } from './run/checkpointMeta.js';
import type { DataIdentity } from './run/dataIdentity.js';
import { EventFile } from './run/eventFile.js';
import {
  type EpochRecord,
  type MetricRecord,
  metricLine,
  metricsFile,
  type Progress,
  type ValidationRecord,
} from './run/metricsLog.js';
import type { ResumedState } from './run/resume.js';
import type { TrainConfig } from './run/trainConfig.js';
import type { ControlState } from './run/trainControl.js';
import { layoutOf, type TrainRecord } from './run/trainRecords.js';
import { validationSteps } from './run/validationSteps.js';
import type { Learner } from './step/learner.js';
import type { AugmentationInputs, OwnParts } from './step/ownParts.js';
import { Profile } from './step/profile.js';
import { interruption, trainEpoch } from './trainEpoch.js';
import { validate } from './validate.js';

/** A run that is ready to learn. */
export interface PreparedRun {
  readonly config: TrainConfig;
  readonly learner: Learner;
  readonly feed: RowFeed;
  readonly labels: RowLabels;
  readonly split: Split;
  readonly stepsPerEpoch: number;
  readonly data: DataIdentity;
  readonly signal: AbortSignal | undefined;
  readonly profiled: boolean;
  readonly watch: RankWatch | undefined;
  /** Own loss, augmentation and metrics. */
  readonly parts?: OwnParts;
  /** Voxels of its patches along z, y, x. */
  readonly patchSize: AugmentationInputs['size'];
  /** What a callback wants. */
  readonly control?: ControlState;
  /** Where it goes on. */
  readonly before: Pick<ResumedState, 'meta' | 'hardest'> | undefined;
}

/**
 * The epochs of a run, from its checkpoint to the last: steps, validation, hard negatives, checkpoint. What ends it early
 * leaves a checkpoint of the last step, wherever the network is known to be right.
 * Throws EngineError (a loss that is not finite, a process that is lost), EnvironmentError, InputError, InterruptedError.
 */
export async function* runEpochs(run: PreparedRun): AsyncGenerator<TrainRecord> {
  const { config, learner, feed, labels, split, signal, watch, before, parts = {}, control } = run;
  const { augment: own } = parts;
  const augment = own === undefined ? undefined : { own, size: run.patchSize };
  const from = before?.meta;
  const writes = learner.rank === 0;
  const events = writes ? new EventFile(config.run, from?.step ?? 0) : undefined;
  const metrics = writes ? new AppendQueue(metricsFile(config.run)) : undefined;
  const note = (record: MetricRecord): void => {
    metrics?.add(metricLine(record));
    events?.add(record);
  };
  const recorded = async (): Promise<void> => {
    await metrics?.settle();
    await events?.settle();
  };
  const keeper = new CheckpointKeeper({
    ...{ config, learner, fromStep: from?.step ?? 0 },
    // What could not be recorded ends the run by itself, and leaves a checkpoint all the same.
    before: () => recorded().catch(() => {}),
  });
  const profile = run.profiled ? new Profile(config.run, learner.rank, from?.step ?? 0) : undefined;
  let hardest = before?.hardest;
  let best = from?.best;
  let epoch = from?.epoch ?? 0;
  let stepsDone = from?.step ?? 0;
  let validated = from?.validated ?? 0;
  /** A resumed run that had stopped early has nothing to learn. */
  let stoppedEarly = from !== undefined && hasStopped(config, from);
  let learningRate = 0;
  /** What a checkpoint inside this epoch says. */
  const meta = (): CheckpointMeta => metaOf(run, { epoch: epoch - 1, step: stepsDone, validated }, best);
  try {
    while (epoch < config.epochs && !stoppedEarly) {
      epoch++;
      const began = performance.now();
      const reportBefore = feed.report();
      const doneBefore = stepsDone;
      const order = orderOf(config.sampling, split, config.batchSize, config.seed, hardest);
      const lost = watch?.failure;
      let reading: ReturnType<typeof readingOf> | undefined;
      let folder = '';
      let isWhole = false;
      let mined: Mined = given({ hardest });
      for (const toStep of validationSteps(config.validateSteps, epoch, meta())) {
        for await (const record of trainEpoch({
          ...{ config, feed, labels, learner, epoch, stepsDone, toStep, profile, order, lost, signal },
          augment,
        })) {
          stepsDone = record.step;
          learningRate = record.learningRate;
          note(record);
          yield record;
          await keeper.afterStep(meta(), hardest);
          if (control?.stopped === true) break;
        }
        reading = readingOf(reportBefore, feed.report(), performance.now() - began);
        // Whatever ends the run while they are scored: the steps are kept.
        await keeper.saveNewSteps(meta(), hardest);
        await watch?.agree(`weights of step ${stepsDone}`, 'kept');
        const validation = await validate({
          ...{ learner, feed, labels, rows: split.validation, loss: config.loss, signal, parts },
          ...{ learningRate, epoch, step: stepsDone, onNoNumbers: () => keeper.withdraw(meta()) },
        });
        note(validation);
        yield validation;
        const isEnd = stepsDone === epoch * run.stepsPerEpoch;
        isWhole = isEnd;
        const { negatives } = split;
        if (isEnd) mined = await mineHardNegatives({ config, learner, feed, negatives, epoch, signal });
        const scores = best === undefined || validation.loss < best.valLoss ? scoresOf(validation) : best;
        const done = { epoch: isEnd ? epoch : epoch - 1, step: stepsDone, validated: stepsDone };
        folder = await keeper.complete(metaOf(run, done, scores), mined.hardest);
        best = scores;
        validated = stepsDone;
        hardest = mined.hardest;
        // However long the disk takes: the others wait as long as this process is heard. Nobody leaves here for a wish to stop,
        // which the next step fulfils on all: none is missing in a step that another one has begun.
        await watch?.agree(`checkpoint of step ${stepsDone}`, 'written');
        if (control?.stopped === true) break;
      }
      if (!isWhole) break;
      const seconds = (performance.now() - began) / 1000;
      const record: EpochRecord = {
        kind: 'epoch',
        epoch,
        step: stepsDone,
        seconds,
        patchesPerSecond: ((stepsDone - doneBefore) * config.batchSize) / seconds,
        ...reading!,
        checkpoint: folder,
        best: best?.step === stepsDone,
        ...given({ hardNegatives: mined.times }),
      };
      note(record);
      yield record;
      stoppedEarly = (await isAtEnd(config, learner, epoch - best!.epoch)) || control?.stopped === true;
    }
    await recorded();
  } catch (error) {
    const reason = await leaveCheckpoint(error, config.run, () => keeper.saveNewSteps(meta(), hardest));
    // Who stops leaves the sums of the others without an end.
    const isStop =
      reason instanceof InterruptedError || (signal?.aborted === true && reason instanceof EngineError);
    throw isStop ? interruption(config, signal, stepsDone, epoch, reason) : reason;
  } finally {
    // A consumer that goes away leaves nothing half written.
    await keeper.settle().catch(() => {});
    await recorded().catch(() => {});
  }
  yield {
    kind: 'end',
    run: config.run,
    epochs: epoch,
    steps: stepsDone,
    best: best!,
    stoppedEarly: (stoppedEarly && epoch < config.epochs) || stepsDone < epoch * run.stepsPerEpoch,
  };
}

/**
 * Keeps what was learned when something ends a run; not after an error of the engine, which may have left the weights
 * anywhere. Returns what is to be thrown.
 */
async function leaveCheckpoint(error: unknown, run: string, save: () => Promise<boolean>): Promise<unknown> {
  if (error instanceof EngineError) return error;
  try {
    await save();
  } catch (failure) {
    // An interruption has nothing else to say; another error is what counts.
    return error instanceof InterruptedError ? failure : error;
  }
  if (!(error instanceof EnvironmentError) || error.message.includes('--resume')) return error;
  return new EnvironmentError(`${messageOf(error)}; then go on with --resume ${run}`, { cause: error });
}

/** Whether a checkpoint of an epoch's end is one after which early stopping has ended the run. */
function hasStopped(
  { earlyStopping }: TrainConfig,
  { epoch, step, stepsPerEpoch, best }: CheckpointMeta,
): boolean {
  if (earlyStopping === 0 || best === undefined || step !== epoch * stepsPerEpoch) return false;
  return epoch - best.epoch >= earlyStopping;
}

/** Early stopping, decided by the first process for all. */
async function isAtEnd({ earlyStopping }: TrainConfig, learner: Learner, since: number): Promise<boolean> {
  if (earlyStopping === 0) return false;
  const wants = learner.rank === 0 && since >= earlyStopping ? 1 : 0;
  return (await learner.sumOverRanks(Float32Array.of(wants)))[0]! > 0;
}

function metaOf(
  { config, stepsPerEpoch, data, control }: PreparedRun,
  done: Progress,
  best: ValidationScores | undefined,
): CheckpointMeta {
  const program = `voxlab ${VERSION}`;
  const layout = layoutOf(config);
  const rateFactor = control?.rateFactor ?? 1;
  return {
    ...{ program, config, ...done, stepsPerEpoch, layout, data },
    ...given({ best }),
    ...(rateFactor === 1 ? {} : { rateFactor }),
  };
}

function scoresOf({ epoch, step, loss, accuracy, rocAuc, threshold }: ValidationRecord): ValidationScores {
  return { epoch, step, valLoss: loss, accuracy, rocAuc, threshold };
}
