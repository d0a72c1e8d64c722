import { rowRequests } from '../feed/batches.js';
import type { RowFeed } from '../feed/rowFeed.js';
import { untilAborted } from '../untilAborted.js';
import type { Learner } from './learner.js';

/** As predictRows(), each process a part of the rows; all get all of them. */
export async function predictShared(
  learner: Learner,
  feed: RowFeed,
  rows: Uint32Array,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const share = Math.ceil(rows.length / learner.ranks);
  const own = rows.slice(learner.rank * share, (learner.rank + 1) * share);
  const all = new Float32Array(rows.length);
  const predicted = await predictRows(learner, feed, own, signal === undefined ? {} : { signal });
  all.set(predicted, Math.min(learner.rank * share, rows.length));
  // The other processes may have been interrupted too, and never come.
  return untilAborted(
    signal,
    'waiting for the predictions of the other processes',
    learner.sumOverRanks(all),
  );
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
