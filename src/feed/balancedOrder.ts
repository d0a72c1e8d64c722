import { createRandom } from '../random.js';

/** The rows of any training step, worked out from the seed and the step's number alone: a resume needs no state. */
export interface BalancedOrder {
  readonly batchSize: number;
  /** Row numbers of step `step` (from 0, over all epochs); classes alternate, so that each device's part is balanced too. */
  rowsOf(step: number): Uint32Array;
}

/**
 * Batches of half positives, half negatives (the larger half for an odd size). Each class is passed over again and again,
 * in a new seeded order each time, so that within a pass every row comes once.
 */
export function balancedOrder(
  { positives, negatives }: { readonly positives: Uint32Array; readonly negatives: Uint32Array },
  batchSize: number,
  seed: number,
): BalancedOrder {
  const ofPositives = endlessPasses(positives, `${seed}/positives`);
  const ofNegatives = endlessPasses(negatives, `${seed}/negatives`);
  const half = Math.floor(batchSize / 2);
  return {
    batchSize,
    rowsOf: (step) => {
      const rows = new Uint32Array(batchSize);
      for (let i = 0; i < half; i++) rows[2 * i + 1] = ofPositives(step * half + i);
      for (let i = 0; i < batchSize - half; i++) rows[2 * i] = ofNegatives(step * (batchSize - half) + i);
      return rows;
    },
  };
}

/** Item k of an endless sequence of shuffled passes over the rows; the present pass is kept. */
function endlessPasses(rows: Uint32Array, seed: string): (k: number) => number {
  let pass = -1;
  let order = rows;
  return (k) => {
    const wanted = Math.floor(k / rows.length);
    if (wanted !== pass) {
      order = createRandom(`${seed}/${wanted}`).shuffle(rows.slice());
      pass = wanted;
    }
    return order[k % rows.length]!;
  };
}
