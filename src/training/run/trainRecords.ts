import type { ClassNames } from '../../config/classNames.js';
import type { Precision } from '../../config/trainingSettings.js';
import { factorsOfRows } from '../../feed/batchShare.js';
import type { Split } from '../../feed/split.js';
import { given } from '../../given.js';
import type { RowAccess } from '../../store/hdf5/rowIndex.js';
import type { Learner } from '../step/learner.js';
import { changedPlan } from '../step/learningRate.js';
import { layoutDifferences, machineLayout } from '../step/machineLayout.js';
import { FEWEST_ROWS } from '../step/placement.js';
import type { DeviceMemory } from '../step/stepMemory.js';
import type { CheckpointMeta, ValidationScores } from './checkpointMeta.js';
import type { SeriesSplit } from './dataIdentity.js';
import type { EpochRecord, StepRecord, ValidationRecord } from './metricsLog.js';
import type { FirstWeights } from './startingPoint.js';
import type { TrainConfig } from './trainConfig.js';

/** First record: what will be done. */
export interface StartRecord {
  readonly kind: 'start';
  readonly run: string;
  /** Training rows of class 1 and of class 0, and how these are called. */
  readonly positives: number;
  readonly negatives: number;
  readonly classNames: ClassNames;
  /** Rows that choose the best network, and rows that are never looked at. */
  readonly validation: number;
  readonly heldOut: number;
  /** How the scans were parted, in words. */
  readonly parts: string;
  /** Which network, in words: name, width, windows, dropout. */
  readonly network: string;
  /** What the steps make smaller, in words. */
  readonly loss: string;
  readonly stepsPerEpoch: number;
  /** What it begins with, in words; undefined for drawn weights, and for a run that goes on. */
  readonly begins?: string;
  /** Steps of the whole run, and those that a resumed one has done. */
  readonly steps: number;
  readonly stepsDone: number;
  /** What differs from the machine of the checkpoint: then a resume is not bit for bit. */
  readonly differences: readonly string[];
  /** What works but may train badly, or slowly. */
  readonly warnings: readonly string[];
  /** Processes; devices of each, by replica, then by stage; parts of the network with which later stages begin. */
  readonly ranks: number;
  readonly devices: readonly (readonly string[])[];
  readonly cuts: readonly string[];
  /** Of the convolutions of a step. */
  readonly precision: Precision;
  /** About what each device of this process holds. */
  readonly memory: readonly DeviceMemory[];
}

/** Last record. */
export interface EndRecord {
  readonly kind: 'end';
  readonly run: string;
  readonly epochs: number;
  readonly steps: number;
  readonly best: ValidationScores;
  /** Whether the validation loss stopped falling before the last epoch. */
  readonly stoppedEarly: boolean;
}

/** What train() yields, told apart by `kind`. */
export type TrainRecord = StartRecord | StepRecord | ValidationRecord | EpochRecord | EndRecord;

export function startRecord({
  config,
  learner,
  split,
  series,
  stepsPerEpoch,
  memory,
  input,
  notes,
  from,
  first,
}: {
  config: TrainConfig;
  learner: Learner;
  split: Split;
  series: SeriesSplit;
  stepsPerEpoch: number;
  memory: readonly DeviceMemory[];
  /** How the rows are read. */
  input: RowAccess;
  /** Of the resume. */
  notes: readonly string[];
  from: CheckpointMeta | undefined;
  first?: FirstWeights | undefined;
}): StartRecord {
  return {
    kind: 'start',
    run: config.run,
    positives: split.positives.length,
    negatives: split.negatives.length,
    classNames: config.classNames,
    validation: split.validation.length,
    heldOut: split.heldOut.length,
    parts: partsText(config, series),
    network: networkText(config),
    loss: lossText(config, split),
    stepsPerEpoch,
    steps: config.epochs * stepsPerEpoch,
    ...given({ begins: first?.taken }),
    stepsDone: from?.step ?? 0,
    differences: from === undefined ? [] : layoutDifferences(from.layout, layoutOf(config)),
    warnings: [
      ...notes,
      ...(first?.warnings ?? []),
      ...planWarnings(config, stepsPerEpoch, from),
      ...rowWarnings(config, learner),
      ...readingWarnings(input),
    ],
    ranks: learner.ranks,
    devices: learner.placement.devices,
    cuts: learner.placement.cuts,
    precision: learner.precision,
    memory,
  };
}

/** `8 scans train, 1 (subset 6) chooses the best network, 1 (subset 5) is held out`. */
function partsText({ folds, holdout, validation }: TrainConfig, series: SeriesSplit): string {
  const kind = folds > 0 ? `of ${folds} folds ` : 'subset ';
  const choosing = validation === 'scans' ? 'drawn by the seed' : `${kind}${validation}`;
  const { training, validation: some, heldOut } = series;
  return `${training.length} scans train, ${some.length} (${choosing}) choose the best network, ${heldOut.length} (${kind}${holdout}) are held out`;
}

/** `resnet3d-50 with 64 filters, 2 windows, dropout 0.3`. */
function networkText({ network, filters, ownNetwork, moreWindows, dropout }: TrainConfig): string {
  const width = ownNetwork === undefined ? ` with ${filters} filters` : ' (its own network)';
  const windows = moreWindows.length === 0 ? '' : `, ${1 + moreWindows.length} windows`;
  return `${network}${width}${windows}${dropout === 0 ? '' : `, dropout ${dropout}`}`;
}

/** `focal loss (gamma 2, alpha 0.25); class weights 0.556 of others, 5 of nodules`. */
function lossText({ loss, sampling, classNames, own }: TrainConfig, split: Split): string {
  const { kind, focalGamma, focalAlpha, classWeights } = loss;
  const alpha = focalAlpha > 0 ? `, alpha ${focalAlpha}` : '';
  const named = kind === 'focal' ? `focal loss (gamma ${focalGamma}${alpha})` : kind;
  const name = own?.loss === undefined ? named : `${own.loss} (its own loss)`;
  if (classWeights === 'none') return name;
  const [other, nodule] = factorsOfRows(loss, sampling, split).map((factor) => Number(factor.toPrecision(3)));
  return `${name}; class weights ${other} of ${classNames[0]}, ${nodule} of ${classNames[1]}`;
}

function planWarnings(
  config: TrainConfig,
  stepsPerEpoch: number,
  from: CheckpointMeta | undefined,
): string[] {
  if (from === undefined) return [];
  const { step } = from;
  return changedPlan(config, { ...config, stepsPerEpoch }, { epochs: from.config.epochs, step });
}

/** Few rows make batch norm noise. */
function rowWarnings({ syncBatchNorm }: TrainConfig, { batchSize, placement, ranks }: Learner): string[] {
  const parts = placement.devices.length * placement.microBatches;
  const together = syncBatchNorm ? placement.devices.length * ranks : 1;
  const rows = (batchSize / parts) * together;
  if (parts * ranks === 1 || rows >= FEWEST_ROWS) return [];
  return [
    `batch norm sees ${rows} rows at a time: expected at least ${FEWEST_ROWS}, fewer train badly; take a larger BATCH_SIZE, fewer MICRO_BATCHES, or SYNC_BATCH_NORM yes`,
  ];
}

function readingWarnings(input: RowAccess): string[] {
  if (!('because' in input)) return [];
  return [
    `rows are read through the HDF5 library, about ten times slower than straight from the file: ${input.because}`,
  ];
}

export function layoutOf({ strategy, devices, microBatches }: TrainConfig): CheckpointMeta['layout'] {
  return { strategy, devices, microBatches, ...machineLayout() };
}
