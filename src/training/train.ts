import { performance } from 'node:perf_hooks';
import { EngineError, InputError, throwIfAborted } from '../errors.js';
import { balancedOrder } from '../feed/balancedOrder.js';
import { type Batch, trainingBatches } from '../feed/batches.js';
import type { RowLabels } from '../feed/rowSource.js';
import { type Split, splitRows } from '../feed/split.js';
import { accuracyOf, crossEntropyOf } from '../scores/classification.js';
import { rocArea } from '../scores/roc.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { VERSION } from '../version.js';
import {
  type CheckpointMeta,
  linkedCheckpoint,
  loadCheckpoint,
  readCheckpointMeta,
  saveCheckpoint,
  type ValidationScores,
} from './checkpoint.js';
import type { Learner } from './learner.js';
import { layoutDifferences, machineLayout } from './machineLayout.js';
import { appendMetric, type EpochRecord, type StepRecord, type ValidationRecord } from './metricsLog.js';
import { predictRows } from './predictRows.js';
import { continueRun, createRun } from './runFolder.js';
import { createLearner } from './tracedLearner.js';
import type { TrainConfig } from './trainConfig.js';

/** First record: what will be done. */
export interface StartRecord {
  readonly kind: 'start';
  readonly run: string;
  readonly positives: number;
  readonly negatives: number;
  readonly heldOut: number;
  readonly stepsPerEpoch: number;
  /** Steps of the whole run, and those that a resumed one has done. */
  readonly steps: number;
  readonly stepsDone: number;
  /** What differs from the machine of the checkpoint: then a resume is not bit for bit. */
  readonly differences: readonly string[];
}

/** Last record. */
export interface EndRecord {
  readonly kind: 'end';
  readonly run: string;
  readonly epochs: number;
  readonly steps: number;
  readonly best: ValidationScores;
}

export type TrainRecord = StartRecord | StepRecord | ValidationRecord | EpochRecord | EndRecord;

export interface TrainOptions {
  /** Stops between two steps; finished epochs are kept. */
  readonly signal?: AbortSignal;
  /** Go on from `last` of the run; the configuration must be the run's own, but for a larger number of epochs. */
  readonly resume?: boolean;
}

/**
 * Trains ResNet3D-18 on a patch file and yields what happens, record by record; the same records (but start and end) go to
 * the run's metrics.jsonl. An epoch has as many batches as the training rows fill; batches are balanced and drawn by seed
 * and step. After each epoch the held-out rows are scored and a checkpoint is written.
 * Throws ConfigError, InputError, EngineError (a loss that is not finite), EnvironmentError, InterruptedError.
 */
export async function* train(config: TrainConfig, options: TrainOptions = {}): AsyncGenerator<TrainRecord> {
  requireSingleDevice(config);
  const patches = await openPatchFile(config.data);
  let learner: Learner | undefined;
  try {
    const labels = patches.labels();
    const split = splitRows(labels, config.holdout, config.data);
    const stepsPerEpoch = stepsPerEpochOf(config, split);
    learner = await createLearner({
      ...config,
      network: {
        inputSize: [patches.format.slices, patches.format.dim, patches.format.dim],
        filters: config.filters,
      },
    });
    const from = options.resume === true ? await resumed(config, learner) : undefined;
    if (from === undefined) createRun(config);
    else continueRun(config, from.step);
    yield {
      kind: 'start',
      run: config.run,
      positives: split.positives.length,
      negatives: split.negatives.length,
      heldOut: split.heldOut.length,
      stepsPerEpoch,
      steps: config.epochs * stepsPerEpoch,
      stepsDone: from?.step ?? 0,
      differences: from === undefined ? [] : layoutDifferences(from.layout, layoutOf(config)),
    };
    let best = from?.best;
    for (let epoch = (from?.epoch ?? 0) + 1; epoch <= config.epochs; epoch++) {
      const began = performance.now();
      const work = { config, patches, labels, split, learner, epoch, stepsPerEpoch, signal: options.signal };
      yield* trainEpoch(work);
      const validation = await validate(work);
      appendMetric(config.run, validation);
      yield validation;
      const isBest = best === undefined || validation.loss < best.valLoss;
      if (isBest) best = scoresOf(validation);
      const step = epoch * stepsPerEpoch;
      const checkpoint = await saveCheckpoint(config.run, learner, metaOf(config, epoch, step, best!));
      const seconds = (performance.now() - began) / 1000;
      const record: EpochRecord = {
        kind: 'epoch',
        epoch,
        step,
        seconds,
        patchesPerSecond: (stepsPerEpoch * config.batchSize) / seconds,
        checkpoint,
        best: isBest,
      };
      appendMetric(config.run, record);
      yield record;
    }
    yield {
      kind: 'end',
      run: config.run,
      epochs: config.epochs,
      steps: config.epochs * stepsPerEpoch,
      best: best!,
    };
  } finally {
    learner?.dispose();
    patches.close();
  }
}

interface EpochWork {
  readonly config: TrainConfig;
  readonly patches: PatchFile;
  readonly labels: RowLabels;
  readonly split: Split;
  readonly learner: Learner;
  readonly epoch: number;
  readonly stepsPerEpoch: number;
  readonly signal: AbortSignal | undefined;
}

/** The steps of one epoch. The wait for each batch is measured apart from the step. */
async function* trainEpoch(work: EpochWork): AsyncGenerator<StepRecord> {
  const { config, patches, labels, split, learner, epoch, stepsPerEpoch, signal } = work;
  const batches = trainingBatches({
    source: patches,
    labels,
    order: balancedOrder(split, config.batchSize, config.seed),
    fromStep: (epoch - 1) * stepsPerEpoch,
    toStep: epoch * stepsPerEpoch,
    patch: patches.format,
    ...(config.augment ? { augmentSeed: config.seed } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    for (let step = (epoch - 1) * stepsPerEpoch + 1; step <= epoch * stepsPerEpoch; step++) {
      throwIfAborted(signal, `training (step ${step}, epoch ${epoch}); go on with --resume ${config.run}`);
      const began = performance.now();
      const batch = (await batches.next()).value as Batch;
      const waitedMs = performance.now() - began;
      const { loss, accuracy } = await learner.step(batch);
      const tookMs = performance.now() - began;
      if (!Number.isFinite(loss)) throw notFinite(config, loss, step, epoch, batch);
      const record: StepRecord = {
        kind: 'step',
        epoch,
        step,
        loss,
        accuracy,
        patchesPerSecond: (1000 * config.batchSize) / tookMs,
        waitShare: waitedMs / tookMs,
      };
      appendMetric(config.run, record);
      yield record;
    }
  } finally {
    await batches.return(undefined);
  }
}

async function validate(work: EpochWork): Promise<ValidationRecord> {
  const { config, patches, labels, split, learner, epoch, stepsPerEpoch, signal } = work;
  const began = performance.now();
  const rows = split.heldOut;
  const probabilities = await predictRows(
    learner,
    patches,
    labels,
    rows,
    signal === undefined ? {} : { signal },
  );
  const classes = Array.from(rows, (row) => labels.classes[row]!);
  const roc = rocOf(probabilities, classes, config);
  return {
    kind: 'validation',
    epoch,
    step: epoch * stepsPerEpoch,
    loss: crossEntropyOf(probabilities, classes) + (await learner.penalty()),
    accuracy: accuracyOf(probabilities, classes),
    rocAuc: roc.area,
    rocAucInterval: roc.interval,
    rows: rows.length,
    seconds: (performance.now() - began) / 1000,
  };
}

function rocOf(probabilities: Float32Array, classes: readonly number[], { data, holdout }: TrainConfig) {
  if (!classes.includes(0) || !classes.includes(1))
    throw new InputError(
      data,
      `HOLDOUT ${holdout} names a subset of one class alone: expected nodules and others, to score by`,
    );
  return rocArea(probabilities, classes);
}

function stepsPerEpochOf({ batchSize, data, holdout }: TrainConfig, { positives, negatives }: Split): number {
  const rows = positives.length + negatives.length;
  if (batchSize < 2)
    throw new RangeError(`Expected a batch of at least 2 rows (one of each class), received ${batchSize}`);
  if (batchSize > rows)
    throw new InputError(
      data,
      `batch larger than the data: expected at most ${rows} (the training rows outside subset ${holdout}), received BATCH_SIZE ${batchSize}`,
    );
  return Math.floor(rows / batchSize);
}

async function resumed(config: TrainConfig, learner: Learner): Promise<CheckpointMeta> {
  const folder = linkedCheckpoint(config.run, 'last');
  const meta = readCheckpointMeta(folder);
  await loadCheckpoint(folder, learner);
  return meta;
}

function metaOf(config: TrainConfig, epoch: number, step: number, best: ValidationScores): CheckpointMeta {
  return { program: `voxlab ${VERSION}`, config, epoch, step, best, layout: layoutOf(config) };
}

function layoutOf({ strategy, devices }: TrainConfig): CheckpointMeta['layout'] {
  return { strategy, devices, ...machineLayout() };
}

function scoresOf({ epoch, loss, accuracy, rocAuc }: ValidationRecord): ValidationScores {
  return { epoch, valLoss: loss, accuracy, rocAuc };
}

function requireSingleDevice({ strategy, devices }: TrainConfig): void {
  if (strategy !== 'single' || devices !== 1)
    throw new EngineError(
      'train',
      `expected strategy single on 1 device, received ${strategy} on ${devices}: the others are not built yet`,
    );
}

function notFinite(
  { run }: TrainConfig,
  loss: number,
  step: number,
  epoch: number,
  { rows }: Batch,
): EngineError {
  return new EngineError(
    'training step',
    `the loss is ${loss} at step ${step} (epoch ${epoch}, rows ${Array.from(rows.slice(0, 8)).join(', ')}, ...); the checkpoints before it are kept; lower LEARNING_RATE, then go on with --resume ${run} or start anew`,
  );
}
