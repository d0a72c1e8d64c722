import { InterruptedError } from '../errors.js';
import { rowRequests } from '../feed/batches.js';
import type { RowFeed } from '../feed/rowFeed.js';
import { given } from '../given.js';
import type { Learner } from './step/learner.js';

/**
 * As predictRows(), each process a part of the rows; all get all of them. One that is asked to stop comes to the sum all the
 * same, and all stop after it: the sum has no end when one is missing. Throws InterruptedError.
 */
export async function predictShared(
  learner: Learner,
  feed: RowFeed,
  rows: Uint32Array,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const share = Math.ceil(rows.length / learner.ranks);
  const own = rows.slice(learner.rank * share, (learner.rank + 1) * share);
  // Behind the probabilities: how many processes were stopped.
  const all = new Float32Array(rows.length + 1);
  try {
    const predicted = await predictRows(learner, feed, own, given({ signal }));
    all.set(predicted, Math.min(learner.rank * share, rows.length));
  } catch (error) {
    if (learner.ranks === 1 || !(error instanceof InterruptedError)) throw error;
    all[rows.length] = 1;
  }
  const sums = await learner.sumOverRanks(all);
  if (sums[rows.length]! > 0) throw new InterruptedError('interrupted while predicting');
  return sums.subarray(0, rows.length);
}

/** Probabilities of class 1 for the given rows, in their order. */
export async function predictRows(
  learner: Learner,
  feed: RowFeed,
  rows: Uint32Array,
  options: { readonly signal?: AbortSignal; readonly onRows?: (done: number) => void } = {},
): Promise<Float32Array> {
  const probabilities = new Float32Array(rows.length);
  let done = 0;
  for await (const batch of feed.batches(rowRequests(rows, learner.batchSize), options.signal)) {
    probabilities.set((await learner.predict(batch.inputHu, batch.rows.length)).probabilities, done);
    done += batch.rows.length;
    options.onRows?.(done);
  }
  return probabilities;
}
