import { rowRequests } from '../feed/batches.js';
import type { RowFeed } from '../feed/rowFeed.js';
import type { Learner } from './learner.js';

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
