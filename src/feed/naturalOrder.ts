import type { BatchOrder } from './batchOrder.js';
import type { ClassRows } from './classOrder.js';
import { endlessPasses } from './passes.js';

/**
 * Every row in every epoch, the classes as they are, in a new seeded order each epoch. Where the last batch is not full, the
 * epoch's first rows come a second time: no row is left out, fewer than a batch are seen twice.
 */
export function naturalOrder(
  { positives, negatives }: ClassRows,
  batchSize: number,
  seed: number,
): BatchOrder {
  const rows = new Uint32Array(positives.length + negatives.length);
  rows.set(positives);
  rows.set(negatives, positives.length);
  rows.sort();
  const stepsPerEpoch = Math.ceil(rows.length / batchSize);
  const inPasses = endlessPasses(rows, `${seed}/natural`);
  return {
    batchSize,
    stepsPerEpoch,
    rowsOf: (step) => {
      const epoch = Math.floor(step / stepsPerEpoch);
      const first = (step - epoch * stepsPerEpoch) * batchSize;
      return Uint32Array.from({ length: batchSize }, (_, i) =>
        inPasses(epoch * rows.length + ((first + i) % rows.length)),
      );
    },
  };
}
