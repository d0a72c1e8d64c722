import { batchesOfRows } from '../feed/batches.js';
import type { RowLabels, RowSource } from '../feed/rowSource.js';
import type { Learner } from './learner.js';

/** Probabilities of class 1 for the given rows, in their order. */
export async function predictRows(
  learner: Learner,
  source: RowSource,
  labels: RowLabels,
  rows: Uint32Array,
  options: { readonly signal?: AbortSignal; readonly onRows?: (done: number) => void } = {},
): Promise<Float32Array> {
  const probabilities = new Float32Array(rows.length);
  let done = 0;
  for await (const batch of batchesOfRows(source, labels, rows, learner.batchSize, options.signal)) {
    probabilities.set((await learner.predict(batch.inputHu, batch.rows.length)).probabilities, done);
    done += batch.rows.length;
    options.onRows?.(done);
  }
  return probabilities;
}
