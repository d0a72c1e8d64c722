import type { BatchOrder } from './batchOrder.js';
import type { FedBatch } from './rowFeed.js';
import type { RowLabels } from './rowLabels.js';
import type { BatchRequest } from './sharedRing.js';

/** Patches as they travel to a device. */
export interface Batch {
  /** Hounsfield units, row after row, each row z, y, x (x fastest); valid until the next batch is asked for. */
  readonly inputHu: Int16Array;
  /** 1 nodule, 0 not; one a row. */
  readonly labels: Float32Array;
  /** Rows of the patch file. */
  readonly rows: Uint32Array;
}

/** Steps [fromStep, toStep) of an order, counted over all epochs, for one process. */
export interface TrainingSteps {
  readonly order: BatchOrder;
  readonly fromStep: number;
  readonly toStep: number;
  /** Part of each batch that this process takes: shard `index` of `of`, which divide a batch evenly. */
  readonly shard: { readonly index: number; readonly of: number };
}

/** The batches of training steps. A step's batch depends on its number alone, and so does what is done to its patches. */
export function* trainingRequests({
  order,
  fromStep,
  toStep,
  shard,
}: TrainingSteps): Generator<BatchRequest> {
  for (let step = fromStep; step < toStep; step++) {
    const all = order.rowsOf(step);
    const first = (shard.index * all.length) / shard.of;
    yield { rows: all.slice(first, first + all.length / shard.of), place: { step, first } };
  }
}

/** The given rows in order, as they are, `batchSize` at a time, the last batch shorter. */
export function* rowRequests(rows: Uint32Array, batchSize: number): Generator<BatchRequest> {
  for (let from = 0; from < rows.length; from += batchSize)
    yield { rows: rows.slice(from, from + batchSize) };
}

/** A batch with the labels of its rows. */
export function labelled({ rows, inputHu }: FedBatch, { classes }: RowLabels): Batch {
  return { rows, inputHu, labels: Float32Array.from(rows, (row) => classes[row]!) };
}
