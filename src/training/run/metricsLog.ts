import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { InputError } from '../../errors.js';
import { cannotWrite } from '../../paths.js';
import { type Line, linesBackwards, linesOf } from './fileLines.js';

/** One optimiser step. */
export interface StepRecord {
  readonly kind: 'step';
  readonly epoch: number;
  /** From 1, over all epochs. */
  readonly step: number;
  /** Loss of the batch, with class weights, plus the L2 penalty. */
  readonly loss: number;
  readonly accuracy: number;
  readonly patchesPerSecond: number;
  /** Share of the step's time spent waiting for its batch. */
  readonly waitShare: number;
  /** Batches that lay ready when this one was asked for: 0 = the readers are behind. */
  readonly batchesReady: number;
  readonly learningRate: number;
  /** Of precision float16: what the loss was multiplied by, and whether the step changed nothing, for a gradient was not finite. */
  readonly lossScale?: number;
  readonly skipped?: boolean;
  /** Where the time went: waiting for the batch, then as StepTimes (learner.ts). */
  readonly ms: {
    readonly wait: number;
    readonly copy: number;
    readonly compute: number;
    readonly reduce: number;
    readonly update: number;
  };
}

/** The validation rows after an epoch, or inside one (VALIDATE_STEPS). */
export interface ValidationRecord {
  readonly kind: 'validation';
  readonly epoch: number;
  readonly step: number;
  /** Mean loss, without class weights, plus the L2 penalty. */
  readonly loss: number;
  readonly accuracy: number;
  readonly rocAuc: number;
  readonly rocAucInterval: readonly [number, number];
  /** Above it a patch is called a nodule: the best sum of sensitivity and specificity on these rows. */
  readonly threshold: number;
  readonly rows: number;
  readonly seconds: number;
  /** Metrics of one's own; null where one is no finite number. */
  readonly metrics?: Readonly<Record<string, number | null>>;
}

/** Reading, from the start of the epoch to its end. */
export interface EpochFeed {
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Share of the reader threads' time in which they read; else they waited for room. */
  readonly busyShare: number;
  /** Batches that have room beside each other, the one in use included. */
  readonly slots: number;
}

/** A finished epoch and where its checkpoint lies. */
export interface EpochRecord {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly step: number;
  readonly seconds: number;
  readonly patchesPerSecond: number;
  /** Share of the time of its steps that went by waiting for batches, and what the reader threads did meanwhile. */
  readonly starvedShare: number;
  readonly feed: EpochFeed;
  /** Its folder; in metrics.jsonl from the run's folder. */
  readonly checkpoint: string;
  /** Whether the network of its end is the best so far. */
  readonly best: boolean;
  /** With HARD_NEGATIVES. */
  readonly hardNegatives?: MiningTimes;
}

/** How an epoch's hard negatives were found. */
export interface MiningTimes {
  /** Training negatives that were scored, and the hardest of them that are kept. */
  readonly candidates: number;
  readonly kept: number;
  /** Of the kept ones. */
  readonly lowestProbability: number;
  readonly seconds: number;
}

/** A line of a run's metrics.jsonl, told apart by `kind`. */
export type MetricRecord = StepRecord | ValidationRecord | EpochRecord;

/** How far a checkpoint is: whole epochs, and steps over all epochs. */
export interface Progress {
  readonly epoch: number;
  readonly step: number;
  /** Step of the last validation inside an epoch or at its end. */
  readonly validated: number;
}

/** metrics.jsonl of a run. */
export function metricsFile(run: string): string {
  return join(run, 'metrics.jsonl');
}

/** A record as metrics.jsonl has it: a run may be moved, and handed on. */
export function metricLine(record: MetricRecord): Uint8Array {
  const told =
    record.kind === 'epoch'
      ? { ...record, checkpoint: `checkpoints/${basename(record.checkpoint)}` }
      : record;
  return Buffer.from(`${JSON.stringify(told)}\n`);
}

/**
 * The records of a run in order, read anew each time that they are gone through, a line at a time: the file may be larger
 * than memory. A line that is no record goes to `onDamaged`; by default its InputError, which names the line, is thrown.
 * @example
 * for (const record of metricsOf(inRepository('runs/start')))
 *   if (record.kind === 'validation') console.log(`epoch ${record.epoch}: loss ${record.loss}`);
 */
export function metricsOf(
  run: string,
  onDamaged: (error: InputError) => void = (error) => {
    throw error;
  },
): Iterable<MetricRecord> {
  const file = metricsFile(run);
  if (!existsSync(file)) throw new InputError(file, 'expected the metrics of a run, found nothing');
  return {
    *[Symbol.iterator]() {
      let number = 0;
      for (const { text, isWhole } of linesOf(file)) {
        number++;
        const record = recordOf(text);
        if (record !== undefined) yield placed(record, run);
        // The last line of a run that was killed may be cut.
        else if (text !== '' && isWhole) onDamaged(noRecord(file, text, number));
      }
    },
  };
}

/**
 * All records of a run at once. Throws InputError, naming the line that is no record.
 * @example
 * const records = readMetrics(inRepository('runs/start'));
 * console.log(`${records.filter(({ kind }) => kind === 'step').length} steps`);
 */
export function readMetrics(run: string): MetricRecord[] {
  return [...metricsOf(run)];
}

/**
 * Drops what came after a checkpoint: a resume computes it again. Read from the end, so that it takes as long as what is
 * dropped. Throws InputError for a line that is no record, EnvironmentError.
 */
export function truncateMetrics(run: string, done: Progress): void {
  const path = metricsFile(run);
  const file = openOrCreate(path);
  try {
    let end = 0;
    for (const line of linesBackwards(path)) {
      const record = recordOf(line.text);
      if (record === undefined && line.text !== '' && line.isWhole)
        throw noRecord(path, line.text, numberOf(path, line));
      if (record !== undefined && isWithin(record, done)) {
        end = line.to;
        break;
      }
    }
    ftruncateSync(file, end);
    fsyncSync(file);
  } catch (error) {
    throw error instanceof InputError ? error : cannotWrite(path, error);
  } finally {
    closeSync(file);
  }
}

/** A step counts when it is done, a validation when it was kept, all else when its epoch is whole: the rest comes again. */
function isWithin(record: MetricRecord, { epoch, step, validated }: Progress): boolean {
  if (record.epoch <= epoch) return true;
  if (record.kind === 'validation') return record.step <= validated;
  return record.kind === 'step' && record.step <= step;
}

function openOrCreate(path: string): number {
  try {
    return openSync(path, 'a+');
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** As train() yields it: the checkpoint lies where the run lies now. */
function placed(record: MetricRecord, run: string): MetricRecord {
  if (record.kind !== 'epoch' || typeof record.checkpoint !== 'string' || isAbsolute(record.checkpoint))
    return record;
  return { ...record, checkpoint: join(run, record.checkpoint) };
}

/** Undefined for a line that is no record. */
export function recordOf(text: string): MetricRecord | undefined {
  try {
    const record: unknown = JSON.parse(text);
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is MetricRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, epoch, step } = value as Record<string, unknown>;
  return (
    (kind === 'step' || kind === 'validation' || kind === 'epoch') &&
    Number.isSafeInteger(epoch) &&
    Number.isSafeInteger(step) &&
    allFinite(value)
  );
}

/** JSON has no infinite number, but a text for one: 1e400. */
function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(allFinite);
}

/** From 1. */
function numberOf(file: string, { from }: Line): number {
  let number = 1;
  for (const line of linesOf(file)) {
    if (line.from >= from) break;
    number++;
  }
  return number;
}

/** What is said of a line that is no record. */
export function noRecord(file: string, text: string, line: number): InputError {
  return new InputError(file, `expected a JSON record, received ${JSON.stringify(text.slice(0, 40))}`, {
    line,
  });
}
