import { type AugmentPlan, SYMMETRIES } from '../config/augmentPlan.js';
import { throwIfAborted } from '../errors.js';
import { createRandom } from '../random.js';
import { augmentPatch } from './augment/augmentPatch.js';
import type { PatchShape } from './augment/patchShape.js';
import type { BatchOrder } from './batchOrder.js';
import { centralCrop } from './centralCrop.js';
import type { RowLabels, RowSource } from './rowSource.js';

/** Patches as they travel to a device. */
export interface Batch {
  /** Hounsfield units, row after row, each row z, y, x (x fastest). */
  readonly inputHu: Int16Array;
  /** 1 nodule, 0 not; one a row. */
  readonly labels: Float32Array;
  /** Rows of the patch file. */
  readonly rows: Uint32Array;
}

export interface TrainingFeed {
  readonly source: RowSource;
  readonly labels: RowLabels;
  readonly order: BatchOrder;
  /** Steps [fromStep, toStep), counted over all epochs. */
  readonly fromStep: number;
  readonly toStep: number;
  /** Part of each batch that this process takes: shard `index` of `of`, which divide a batch evenly. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Seeds what is done to each patch; undefined = patches as they are. */
  readonly augmentSeed?: number;
  /** What is done to them; flips and quarter turns when missing. */
  readonly augment?: AugmentPlan;
  /** Voxels of a stored patch. */
  readonly patch: PatchShape;
  /** Voxels along an axis that are handed on, from the middle, after all else; 0 or missing = all. */
  readonly crop?: number;
  readonly signal?: AbortSignal;
}

/** Batches in order; the next one is read while the present one is used. A step's batch depends on its number alone. */
export async function* trainingBatches(feed: TrainingFeed): AsyncGenerator<Batch> {
  const read = (step: number): Promise<Batch> | undefined =>
    step < feed.toStep ? ahead(readTrainingBatch(feed, step)) : undefined;
  let next = read(feed.fromStep);
  try {
    for (let step = feed.fromStep; step < feed.toStep; step++) {
      throwIfAborted(feed.signal, 'reading batches');
      const batch = await next!;
      next = read(step + 1);
      yield batch;
    }
  } finally {
    // The reader of a batch that nobody wants any more must end before its file is closed.
    await next?.catch(() => {});
  }
}

async function readTrainingBatch(feed: TrainingFeed, step: number): Promise<Batch> {
  const all = feed.order.rowsOf(step);
  const { index: shard, of } = feed.shard ?? { index: 0, of: 1 };
  const first = (shard * all.length) / of;
  const rows = all.slice(first, first + all.length / of);
  const batch = await readBatch(feed.source, feed.labels, rows);
  if (feed.augmentSeed !== undefined)
    for (let index = 0; index < rows.length; index++) {
      const random = createRandom(`${feed.augmentSeed}/augment/${step}/${first + index}`);
      const at = index * feed.source.voxelsPerRow;
      augmentPatch(feed.augment ?? SYMMETRIES, batch.inputHu, at, feed.patch, random);
    }
  return { ...batch, inputHu: centralCrop(batch.inputHu, feed.patch, feed.crop ?? 0) };
}

/** The given rows in order, `batchSize` at a time, the last batch shorter; the next one is read ahead. */
export async function* batchesOfRows(
  source: RowSource,
  labels: RowLabels,
  rows: Uint32Array,
  batchSize: number,
  signal?: AbortSignal,
): AsyncGenerator<Batch> {
  const read = (from: number): Promise<Batch> | undefined =>
    from < rows.length ? ahead(readBatch(source, labels, rows.slice(from, from + batchSize))) : undefined;
  let next = read(0);
  try {
    for (let from = 0; from < rows.length; from += batchSize) {
      throwIfAborted(signal, 'reading batches');
      const batch = await next!;
      next = read(from + batchSize);
      yield batch;
    }
  } finally {
    await next?.catch(() => {});
  }
}

/** A read that fails before anybody waits for it must not count as unhandled; whoever awaits it still gets the failure. */
function ahead<T>(reading: Promise<T>): Promise<T> {
  reading.catch(() => {});
  return reading;
}

async function readBatch(source: RowSource, { classes }: RowLabels, rows: Uint32Array): Promise<Batch> {
  const inputHu = new Int16Array(rows.length * source.voxelsPerRow);
  await source.readRows(rows, inputHu);
  return { inputHu, labels: Float32Array.from(rows, (row) => classes[row]!), rows };
}
