import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { writeFileAtomically } from '../paths.js';

/** One optimiser step. */
export interface StepRecord {
  readonly kind: 'step';
  readonly epoch: number;
  /** From 1, over all epochs. */
  readonly step: number;
  /** Cross-entropy of the batch plus the L2 penalty. */
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

/** The held-out rows after an epoch. */
export interface ValidationRecord {
  readonly kind: 'validation';
  readonly epoch: number;
  readonly step: number;
  /** Mean cross-entropy plus the L2 penalty. */
  readonly loss: number;
  readonly accuracy: number;
  readonly rocAuc: number;
  readonly rocAucInterval: readonly [number, number];
  readonly rows: number;
  readonly seconds: number;
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
  readonly checkpoint: string;
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

export type MetricRecord = StepRecord | ValidationRecord | EpochRecord;

/** metrics.jsonl of a run. */
export function metricsFile(run: string): string {
  return join(run, 'metrics.jsonl');
}

/** Adds a record; a run that is killed loses none that was added. */
export function appendMetric(run: string, record: MetricRecord): void {
  appendFileSync(metricsFile(run), `${JSON.stringify(record)}\n`);
}

/** All records of a run, in order. Throws InputError, naming the line that is no record. */
export function readMetrics(run: string): MetricRecord[] {
  const file = metricsFile(run);
  if (!existsSync(file)) throw new InputError(file, 'expected the metrics of a run, found nothing');
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as MetricRecord];
    } catch {
      // The last line of a run that was killed may be cut.
      if (index === lines.length - 1) return [];
      throw new InputError(file, `expected a JSON record, received ${JSON.stringify(line.slice(0, 40))}`, {
        line: index + 1,
      });
    }
  });
}

/** Drops the records after a step: a resume computes them again. */
export function truncateMetrics(run: string, step: number): void {
  const kept = existsSync(metricsFile(run)) ? readMetrics(run).filter((record) => record.step <= step) : [];
  writeFileAtomically(metricsFile(run), kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
