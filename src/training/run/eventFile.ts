import { join } from 'node:path';
import { bytesField, doubleField, floatField, message, numberField } from '../../tensorflow/protobuf.js';
import { AppendQueue } from './appendQueue.js';
import type { MetricRecord } from './metricsLog.js';
import { tfRecord } from './tfRecord.js';

/** Field numbers of Event, Summary.Value and SessionLog (tensorflow/core/util/event.proto, framework/summary.proto). */
const WALL_TIME = 1;
const STEP = 2;
const FILE_VERSION = 3;
const SUMMARY = 5;
const SESSION_LOG = 7;
const TAG = 1;
const SIMPLE_VALUE = 2;
/** SessionLog.START: what an earlier file says of later steps is void. */
const START = 1;

/** Curves of a run for TensorBoard (`tensorboard --logdir runs`), beside metrics.jsonl. */
export class EventFile {
  readonly #queue: AppendQueue;

  /** A new file for each start, so that a resume replaces the curves from its step on. */
  constructor(run: string, fromStep: number, now = Date.now()) {
    const name = `events.out.tfevents.${Math.floor(now / 1000)}.step${fromStep}`;
    this.#queue = new AppendQueue(join(run, name));
    this.#append(now, bytesField(FILE_VERSION, 'brain.Event:2'));
    this.#append(now, numberField(STEP, fromStep + 1), bytesField(SESSION_LOG, numberField(1, START)));
  }

  /** The numbers of a step, a validation or an epoch, by tags such as `train/loss`. */
  add(record: MetricRecord, now = Date.now()): void {
    const values = Object.entries(scalarsOf(record)).map(([tag, value]) =>
      bytesField(1, message(bytesField(TAG, tag), floatField(SIMPLE_VALUE, value))),
    );
    this.#append(now, numberField(STEP, record.step), bytesField(SUMMARY, message(...values)));
  }

  /** When it resolves the file has all that was added. Throws EnvironmentError. */
  settle(): Promise<void> {
    return this.#queue.settle();
  }

  #append(now: number, ...fields: readonly Uint8Array[]): void {
    this.#queue.add(tfRecord(message(doubleField(WALL_TIME, now / 1000), ...fields)));
  }
}

/** Those that are numbers. */
function ownScalars(metrics: Readonly<Record<string, number | null>>): Record<string, number> {
  const entries = Object.entries(metrics).flatMap(([name, value]): [string, number][] =>
    value === null ? [] : [[`validation/${name}`, value]],
  );
  return Object.fromEntries(entries);
}

function scalarsOf(record: MetricRecord): Record<string, number> {
  switch (record.kind) {
    case 'step':
      return {
        'train/loss': record.loss,
        'train/accuracy': record.accuracy,
        'train/learning_rate': record.learningRate,
        'speed/patches_per_second': record.patchesPerSecond,
        'speed/wait_share': record.waitShare,
        'feed/batches_ready': record.batchesReady,
      };
    case 'validation':
      return {
        'validation/loss': record.loss,
        'validation/accuracy': record.accuracy,
        'validation/roc_auc': record.rocAuc,
        ...ownScalars(record.metrics ?? {}),
      };
    case 'epoch':
      return {
        'speed/epoch_seconds': record.seconds,
        'feed/starved_share': record.starvedShare,
        'feed/rows_per_second': record.feed.rowsPerSecond,
        'feed/megabytes_per_second': record.feed.megabytesPerSecond,
        'feed/readers_busy_share': record.feed.busyShare,
      };
  }
}
