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
  type MetricRecord,
  metricLine,
  metricsFile,
  type Progress,
  type ValidationRecord,
} from './run/metricsLog.js';
import type { ResumedState } from './run/resume.js';
import type { TrainConfig } from './run/trainConfig.js';
import type { ControlState } from './run/trainControl.js';
import { type EndRecord, layoutOf, type TrainRecord } from './run/trainRecords.js';
import { validationSteps } from './run/validationSteps.js';
import type { Learner } from './step/learner.js';
import type { AugmentationInputs, OwnParts } from './step/ownParts.js';
import { Profile } from './step/profile.js';
import { type EpochWork, interruption, trainEpoch } from './trainEpoch.js';
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
  const course = new Course(run);
  try {
    yield* course.epochs();
    await course.recorded();
  } catch (error) {
    throw await course.leave(error);
  } finally {
    await course.settle();
  }
  yield course.end();
}

/** How far a run has come, and what is kept of it. */
class Course {
  readonly #run: PreparedRun;
  readonly #events: EventFile | undefined;
  readonly #metrics: AppendQueue | undefined;
  readonly #keeper: CheckpointKeeper;
  readonly #profile: Profile | undefined;
  #epoch: number;
  #step: number;
  /** The step of the last validation. */
  #validated: number;
  #best: ValidationScores | undefined;
  #hardest: Mined['hardest'];
  #learningRate = 0;
  #stoppedEarly: boolean;

  constructor(run: PreparedRun) {
    const { config, learner, before } = run;
    const from = before?.meta;
    this.#run = run;
    this.#epoch = from?.epoch ?? 0;
    this.#step = from?.step ?? 0;
    this.#validated = from?.validated ?? 0;
    this.#best = from?.best;
    this.#hardest = before?.hardest;
    // A resumed run that had stopped early has nothing to learn.
    this.#stoppedEarly = from !== undefined && hasStopped(config, from);
    const writes = learner.rank === 0;
    this.#events = writes ? new EventFile(config.run, this.#step) : undefined;
    this.#metrics = writes ? new AppendQueue(metricsFile(config.run)) : undefined;
    this.#keeper = new CheckpointKeeper({
      ...{ config, learner, fromStep: this.#step },
      // What could not be recorded ends the run by itself, and leaves a checkpoint all the same.
      before: () => this.recorded().catch(() => {}),
    });
    this.#profile = run.profiled ? new Profile(config.run, learner.rank, this.#step) : undefined;
  }

  /** To the last epoch, or until it stops early. */
  async *epochs(): AsyncGenerator<TrainRecord> {
    const { config, learner, control } = this.#run;
    while (this.#epoch < config.epochs && !this.#stoppedEarly) {
      this.#epoch++;
      if (!(yield* this.#oneEpoch())) return;
      const since = this.#epoch - this.#best!.epoch;
      this.#stoppedEarly = (await isAtEnd(config, learner, since)) || control?.stopped === true;
    }
  }

  /** From validation to validation. Whether it came to its end. */
  async *#oneEpoch(): AsyncGenerator<TrainRecord, boolean> {
    const { config, feed, split, watch, control, stepsPerEpoch } = this.#run;
    const began = performance.now();
    const [reportBefore, stepBefore] = [feed.report(), this.#step];
    const order = orderOf(config.sampling, split, config.batchSize, config.seed, this.#hardest);
    const lost = watch?.failure;
    for (const toStep of validationSteps(config.validateSteps, this.#epoch, this.#meta())) {
      yield* this.#steps({ toStep, order, lost });
      const reading = readingOf(reportBefore, feed.report(), performance.now() - began);
      // Whatever ends the run while they are scored: the steps are kept.
      await this.#keeper.saveNewSteps(this.#meta(), this.#hardest);
      await watch?.agree(`weights of step ${this.#step}`, 'kept');
      const validation = yield* this.#validation();
      const isEnd = this.#step === this.#epoch * stepsPerEpoch;
      const mined: Mined = isEnd ? await this.#mined() : given({ hardest: this.#hardest });
      const checkpoint = await this.#checkpoint(validation, isEnd, mined);
      // However long the disk takes: the others wait as long as this process is heard. Nobody leaves here for a wish to stop,
      // which the next step fulfils on all: none is missing in a step that another one has begun.
      await watch?.agree(`checkpoint of step ${this.#step}`, 'written');
      if (isEnd) {
        const seconds = (performance.now() - began) / 1000;
        const patchesPerSecond = ((this.#step - stepBefore) * config.batchSize) / seconds;
        yield this.#noted({
          kind: 'epoch',
          ...{ epoch: this.#epoch, step: this.#step, seconds, patchesPerSecond },
          ...{ ...reading, checkpoint, best: this.#best?.step === this.#step },
          ...given({ hardNegatives: mined.times }),
        });
        return true;
      }
      if (control?.stopped === true) return false;
    }
    return false;
  }

  async *#steps(part: Pick<EpochWork, 'toStep' | 'order' | 'lost'>): AsyncGenerator<TrainRecord> {
    const { config, feed, labels, learner, signal, control, patchSize, parts } = this.#run;
    const own = parts?.augment;
    const records = trainEpoch({
      ...{ config, feed, labels, learner, epoch: this.#epoch, stepsDone: this.#step },
      ...{ ...part, profile: this.#profile, signal },
      augment: own === undefined ? undefined : { own, size: patchSize },
    });
    for await (const record of records) {
      this.#step = record.step;
      this.#learningRate = record.learningRate;
      yield this.#noted(record);
      await this.#keeper.afterStep(this.#meta(), this.#hardest);
      if (control?.stopped === true) return;
    }
  }

  async *#validation(): AsyncGenerator<TrainRecord, ValidationRecord> {
    const { config, feed, labels, learner, signal, split, parts = {} } = this.#run;
    const validation = await validate({
      ...{ learner, feed, labels, rows: split.validation, loss: config.loss, signal, parts },
      ...{ learningRate: this.#learningRate, epoch: this.#epoch, step: this.#step },
      onNoNumbers: () => this.#keeper.withdraw(this.#meta()),
    });
    yield this.#noted(validation);
    return validation;
  }

  #mined(): Promise<Mined> {
    const { config, feed, learner, signal, split } = this.#run;
    const { negatives } = split;
    return mineHardNegatives({ config, learner, feed, negatives, epoch: this.#epoch, signal });
  }

  /** With the scores of a validation. Returns its folder. */
  async #checkpoint(validation: ValidationRecord, isEnd: boolean, { hardest }: Mined): Promise<string> {
    const scores =
      this.#best === undefined || validation.loss < this.#best.valLoss ? scoresOf(validation) : this.#best;
    const epoch = isEnd ? this.#epoch : this.#epoch - 1;
    const done = { epoch, step: this.#step, validated: this.#step };
    const folder = await this.#keeper.complete(metaOf(this.#run, done, scores), hardest);
    this.#best = scores;
    this.#validated = this.#step;
    this.#hardest = hardest;
    return folder;
  }

  /** What a checkpoint inside this epoch says. */
  #meta(): CheckpointMeta {
    const done = { epoch: this.#epoch - 1, step: this.#step, validated: this.#validated };
    return metaOf(this.#run, done, this.#best);
  }

  #noted<Kind extends MetricRecord>(record: Kind): Kind {
    this.#metrics?.add(metricLine(record));
    this.#events?.add(record);
    return record;
  }

  /** Once all records are in their files. */
  async recorded(): Promise<void> {
    await this.#metrics?.settle();
    await this.#events?.settle();
  }

  /** Keeps what was learned, and says what is to be thrown for what ended it. */
  async leave(error: unknown): Promise<unknown> {
    const { config, signal } = this.#run;
    const save = (): Promise<boolean> => this.#keeper.saveNewSteps(this.#meta(), this.#hardest);
    const reason = await leaveCheckpoint(error, config.run, save);
    // Who stops leaves the sums of the others without an end.
    const isStop =
      reason instanceof InterruptedError || (signal?.aborted === true && reason instanceof EngineError);
    return isStop ? interruption(config, signal, this.#step, this.#epoch, reason) : reason;
  }

  /** A consumer that goes away leaves nothing half written. */
  async settle(): Promise<void> {
    await this.#keeper.settle().catch(() => {});
    await this.recorded().catch(() => {});
  }

  end(): EndRecord {
    const { config, stepsPerEpoch } = this.#run;
    const [epochs, steps, best] = [this.#epoch, this.#step, this.#best!];
    const stoppedEarly = (this.#stoppedEarly && epochs < config.epochs) || steps < epochs * stepsPerEpoch;
    return { kind: 'end', run: config.run, epochs, steps, best, stoppedEarly };
  }
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
