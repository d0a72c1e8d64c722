import { performance } from 'node:perf_hooks';
import type { Cluster } from '../config/cluster.js';
import { InputError, InterruptedError, messageOf } from '../errors.js';
import { shapeOfCrop } from '../feed/centralCrop.js';
import { foldedLabels } from '../feed/folds.js';
import { orderOf } from '../feed/orderOf.js';
import type { RowFeed } from '../feed/rowFeed.js';
import { type Split, splitRows } from '../feed/split.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { VERSION } from '../version.js';
import {
  type CheckpointMeta,
  linkedCheckpoint,
  loadCheckpoint,
  readCheckpointMeta,
  readHardNegatives,
  saveCheckpoint,
  type ValidationScores,
} from './checkpoint.js';
import { createLearner } from './createLearner.js';
import { EventFile } from './eventFile.js';
import type { Learner } from './learner.js';
import { learningRateFactor } from './learningRate.js';
import { requireMemory, sharedMemories } from './memory.js';
import { appendMetric, type EpochRecord, type StepRecord, type ValidationRecord } from './metricsLog.js';
import { mineHardNegatives } from './mineHardNegatives.js';
import { openFeed, readingOf } from './openFeed.js';
import { rowsOfMicroBatch } from './placement.js';
import { Profile } from './profile.js';
import { type RankWatch, watchRanks } from './rankWatch.js';
import { continueRun, createRun } from './runFolder.js';
import type { TrainConfig } from './trainConfig.js';
import { type EpochWork, trainEpoch } from './trainEpoch.js';
import { layoutOf, startRecord, type TrainRecord } from './trainRecords.js';
import { validate } from './validate.js';

export interface TrainOptions {
  /** Stops after the step that runs, and leaves a checkpoint of it. */
  readonly signal?: AbortSignal;
  /** Go on from `last` of the run; the configuration must be the run's own, but for a larger number of epochs. */
  readonly resume?: boolean;
  /** Processes that train together, each on its part of every batch; the first one writes. */
  readonly cluster?: Cluster;
  /** Write the times of some steps as a Chrome trace, RUN/profile-rank0.json. */
  readonly profile?: boolean;
}

/**
 * Trains ResNet3D-18 on a patch file and yields what happens, record by record; the same records (but start and end) go to
 * the run's metrics.jsonl. An epoch has as many batches as the training rows fill; batches are drawn by seed and step, as the
 * sampling says. After each epoch the held-out rows are scored and a checkpoint is written.
 * Throws ConfigError, InputError, EngineError (a loss that is not finite), EnvironmentError, InterruptedError, RangeError.
 */
export async function* train(config: TrainConfig, options: TrainOptions = {}): AsyncGenerator<TrainRecord> {
  const { cluster } = options;
  if (cluster === undefined) return yield* trainHere(config, options);
  const watch = await watchRanks(cluster, config.timeoutSeconds);
  try {
    yield* trainHere(config, options, watch);
    watch.leave();
  } catch (error) {
    // A process that is lost makes the others' sums fail: they say who it was.
    const reason = error instanceof InterruptedError ? error : await watch.explain(error);
    watch.leave(reason instanceof InterruptedError ? undefined : messageOf(reason));
    throw reason;
  }
}

async function* trainHere(
  given: TrainConfig,
  options: TrainOptions,
  watch?: RankWatch,
): AsyncGenerator<TrainRecord> {
  const patches = await openPatchFile(given.data);
  let learner: Learner | undefined;
  let feed: RowFeed | undefined;
  try {
    // A resumed run goes on with the window that it began with.
    const config = options.resume === true ? given : withWindowOf(patches, given);
    const labels = foldedLabels(patches, config.folds, config.seed);
    const split = splitRows(labels, config.holdout, config.data);
    requireBatch(config, split);
    const { batchSize, sampling, seed } = config;
    const { stepsPerEpoch } = orderOf(sampling, split, batchSize, seed);
    const factor = learningRateFactor(config.learningRatePlan, { ...config, stepsPerEpoch });
    const { dim, slices } = shapeOfCrop(patches.format, config.crop);
    await watch?.agree('configuration', settingsText(config, split, stepsPerEpoch));
    learner = await newLearner(config, [slices, dim, dim], factor, options);
    feed = openFeed(patches, config, learner.batchSize);
    const writes = learner.rank === 0;
    const from = options.resume === true ? await resumed(config, learner) : undefined;
    await watch?.agree('program', await learner.digest());
    const memory = await learner.stepMemory();
    requireMemory(memory, config, sharedMemories(memory.map(({ device }) => device)));
    await learner.broadcast();
    if (writes && from === undefined) createRun(config);
    else if (writes) continueRun(config, from!.step);
    const events = writes ? new EventFile(config.run, from?.step ?? 0) : undefined;
    const note = (record: StepRecord | ValidationRecord | EpochRecord): void => {
      if (writes) appendMetric(config.run, record);
      events?.add(record);
    };
    yield startRecord({ config, learner, split, stepsPerEpoch, memory, input: patches.input, from });
    const profile =
      options.profile === true ? new Profile(config.run, learner.rank, from?.step ?? 0) : undefined;
    let hardest = from === undefined ? undefined : readHardNegatives(linkedCheckpoint(config.run, 'last'));
    let best = from?.best;
    let epoch = from?.epoch ?? 0;
    let stepsDone = from?.step ?? 0;
    let stoppedEarly = false;
    while (epoch < config.epochs && !stoppedEarly) {
      epoch++;
      const began = performance.now();
      const reportBefore = feed.report();
      const doneBefore = stepsDone;
      const save = (step: number, epochs: number): Promise<string> =>
        saveCheckpoint(config.run, learner!, metaOf(config, epochs, step, stepsPerEpoch, best), hardest);
      const work: EpochWork = {
        ...{ config, feed, labels, learner, epoch, stepsDone, profile },
        order: orderOf(sampling, split, batchSize, seed, hardest),
        lost: watch?.failure,
        signal: options.signal,
        onStop: async (step) => {
          // Without a step there is nothing to keep.
          if (writes && step > 0 && step > (from?.step ?? 0)) await save(step, epoch - 1);
        },
      };
      for await (const record of trainEpoch(work)) {
        note(record);
        yield record;
      }
      stepsDone = epoch * stepsPerEpoch;
      const reading = readingOf(reportBefore, feed.report(), performance.now() - began);
      const validation = await validate({
        ...{ learner, feed, labels, rows: split.heldOut, holdout: config.holdout, epoch },
        step: stepsDone,
      });
      note(validation);
      yield validation;
      const { negatives } = split;
      const mined = await mineHardNegatives({ config, learner, feed, negatives, epoch });
      hardest = mined.hardest;
      const isBest = best === undefined || validation.loss < best.valLoss;
      if (isBest) best = scoresOf(validation);
      const checkpoint = writes ? await save(stepsDone, epoch) : '';
      const seconds = (performance.now() - began) / 1000;
      const record: EpochRecord = {
        kind: 'epoch',
        epoch,
        step: stepsDone,
        seconds,
        patchesPerSecond: ((stepsDone - doneBefore) * config.batchSize) / seconds,
        ...reading,
        checkpoint,
        best: isBest,
        ...(mined.times === undefined ? {} : { hardNegatives: mined.times }),
      };
      note(record);
      yield record;
      stoppedEarly = await isAtEnd(config, learner, epoch - best!.epoch);
    }
    const { run } = config;
    yield {
      kind: 'end',
      run,
      epochs: epoch,
      steps: stepsDone,
      best: best!,
      stoppedEarly: stoppedEarly && epoch < config.epochs,
    };
  } finally {
    await feed?.close();
    learner?.dispose();
    patches.close();
  }
}

function newLearner(
  config: TrainConfig,
  inputSize: readonly [number, number, number],
  learningRateFactor: (step: number) => number,
  { cluster }: TrainOptions,
): Promise<Learner> {
  const ranks = cluster?.addresses.length ?? 1;
  const { strategy, devices, stages, microBatches, schedule, cuts } = config;
  return createLearner({
    ...config,
    network: { inputSize, filters: config.filters },
    batchSize: rowsOfMicroBatch(config.batchSize, ranks),
    learningRateFactor,
    parallel: { strategy, devices, stages, microBatches, schedule, ...(cuts.length > 0 ? { cuts } : {}) },
    ...(cluster === undefined ? {} : { cluster }),
  });
}

/** What processes must have alike: all settings but where their files lie, the rows, and the program's version. */
function settingsText({ data, run, ...settings }: TrainConfig, split: Split, stepsPerEpoch: number): string {
  const rows = [split.positives.length, split.negatives.length, split.heldOut.length];
  const all = { version: VERSION, ...settings, rows, stepsPerEpoch };
  return Object.entries(all)
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .join('\n');
}

/** Early stopping, decided by the first process for all. */
async function isAtEnd({ earlyStopping }: TrainConfig, learner: Learner, since: number): Promise<boolean> {
  if (earlyStopping === 0) return false;
  const wants = learner.rank === 0 && since >= earlyStopping ? 1 : 0;
  return (await learner.sumOverRanks(Float32Array.of(wants)))[0]! > 0;
}

function requireBatch({ batchSize, data, holdout }: TrainConfig, { positives, negatives }: Split): void {
  const rows = positives.length + negatives.length;
  if (batchSize < 2)
    throw new RangeError(`Expected a batch of at least 2 rows (one of each class), received ${batchSize}`);
  if (batchSize > rows)
    throw new InputError(
      data,
      `batch larger than the data: expected at most ${rows} (the training rows outside subset ${holdout}), received BATCH_SIZE ${batchSize}`,
    );
}

/** With NORMALISATION = file the window is the one that the patch file records. */
function withWindowOf({ path, format }: PatchFile, config: TrainConfig): TrainConfig {
  if (config.normalisation !== 'file') return config;
  if (format.normalisation === undefined)
    throw new InputError(
      path,
      'NORMALISATION = file: expected a normalisation in the patch file, found none; crop with --normalise, or take NORMALISATION = window',
    );
  const { kind, lowHu, highHu } = format.normalisation;
  return { ...config, windowHu: { low: lowHu, high: highHu, clip: kind !== 'zscore' } };
}

async function resumed(config: TrainConfig, learner: Learner): Promise<CheckpointMeta> {
  const folder = linkedCheckpoint(config.run, 'last');
  const meta = readCheckpointMeta(folder);
  await loadCheckpoint(folder, learner);
  return meta;
}

function metaOf(
  config: TrainConfig,
  epoch: number,
  step: number,
  stepsPerEpoch: number,
  best: ValidationScores | undefined,
): CheckpointMeta {
  const program = `voxlab ${VERSION}`;
  const layout = layoutOf(config);
  return { program, config, epoch, step, stepsPerEpoch, layout, ...(best === undefined ? {} : { best }) };
}

function scoresOf({ epoch, loss, accuracy, rocAuc }: ValidationRecord): ValidationScores {
  return { epoch, valLoss: loss, accuracy, rocAuc };
}
