import type { BatchOrder } from './batchOrder.js';
import type { HardNegatives } from './hardNegatives.js';
import { endlessPasses } from './passes.js';

/** Rows that training may see, by class. */
export interface ClassRows {
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
}

/** The hardest negatives of an epoch, for the steps of the next one, and their share of the negatives of its batches. */
export interface HardShare {
  readonly share: number;
  readonly hardest: HardNegatives;
}

/**
 * Batches of half positives, half negatives (the larger half for an odd size). Each class is passed over again and again,
 * in a new seeded order each time, so that within a pass every row comes once. An epoch has as many whole batches as the
 * rows of both classes fill.
 * @example
 * const rows = { positives: Uint32Array.of(0, 3), negatives: Uint32Array.of(1, 2, 4, 5) };
 * const order = balancedOrder(rows, 4, 16);
 * order.stepsPerEpoch //=> 1
 * order.rowsOf(0).join() //=> '1,0,4,3'
 */
export function balancedOrder(
  rows: ClassRows,
  batchSize: number,
  seed: number,
  hard?: HardShare,
): BatchOrder {
  const half = Math.floor(batchSize / 2);
  return classOrder(rows, batchSize, seed, (step) => step * half, hard);
}

/**
 * As balancedOrder(), with `share` of positives: exactly over all steps together, within one row up to any step. Throws
 * RangeError for a share outside (0, 1).
 */
export function weightedOrder(
  rows: ClassRows,
  batchSize: number,
  seed: number,
  share: number,
  hard?: HardShare,
): BatchOrder {
  if (!(share > 0 && share < 1))
    throw new RangeError(`Expected a share of positives above 0 and below 1, received ${share}`);
  return classOrder(rows, batchSize, seed, (step) => Math.floor(step * batchSize * share), hard);
}

/** Positives are spread evenly over a batch, so that each device's part has its share. */
function classOrder(
  { positives, negatives }: ClassRows,
  batchSize: number,
  seed: number,
  positivesBefore: (step: number) => number,
  hard: HardShare | undefined,
): BatchOrder {
  const stepsPerEpoch = Math.floor((positives.length + negatives.length) / batchSize);
  const ofPositives = endlessPasses(positives, `${seed}/positives`);
  const negativesBefore = (step: number): number => step * batchSize - positivesBefore(step);
  const ofNegatives = withHard(endlessPasses(negatives, `${seed}/negatives`), hard, seed, (epoch) =>
    negativesBefore(epoch * stepsPerEpoch),
  );
  return {
    batchSize,
    stepsPerEpoch,
    rowsOf: (step) => {
      let positive = positivesBefore(step);
      let negative = negativesBefore(step);
      const isPositive = spread(positivesBefore(step + 1) - positive, batchSize);
      return Uint32Array.from(isPositive, (is) =>
        is === 1 ? ofPositives(positive++) : ofNegatives(negative++),
      );
    },
  };
}

/**
 * Negative k of a run: every 1/share-th is one of the hardest, the others go on through their passes without a gap. The first
 * epoch has no hard ones, for nothing is predicted yet.
 */
function withHard(
  plain: (k: number) => number,
  hard: HardShare | undefined,
  seed: number,
  drawnUpTo: (epoch: number) => number,
): (k: number) => number {
  if (hard === undefined) return plain;
  const { share, hardest } = hard;
  const ofHardest = endlessPasses(Uint32Array.from(hardest.rows), `${seed}/hardest/${hardest.epoch}`);
  const hardUpTo = (k: number): number => Math.floor(k * share);
  const inFirstEpoch = hardUpTo(drawnUpTo(1));
  const before = hardUpTo(drawnUpTo(hardest.epoch));
  return (k) => {
    const drawn = hardUpTo(k);
    return hardUpTo(k + 1) > drawn ? ofHardest(drawn - before) : plain(k - (drawn - inFirstEpoch));
  };
}

/** `count` ones at even distances among `length` places. */
function spread(count: number, length: number): Uint8Array {
  const places = new Uint8Array(length);
  for (let i = 0; i < count; i++) places[Math.floor(((i + 0.5) * length) / count)] = 1;
  return places;
}
