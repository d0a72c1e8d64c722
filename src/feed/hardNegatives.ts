import { createRandom } from '../random.js';

/** The training negatives that the network of an epoch took most for nodules. Plain JSON: a checkpoint holds it. */
export interface HardNegatives {
  /** Whole epochs that the network had seen, from 1. */
  readonly epoch: number;
  /** Row numbers, hardest first. */
  readonly rows: readonly number[];
  /** Their probabilities of class 1. */
  readonly probabilities: readonly number[];
}

/** Negatives to be scored after an epoch: `count` of them, others each epoch, ascending; 0 = all. */
export function hardCandidates(
  negatives: Uint32Array,
  count: number,
  seed: number,
  epoch: number,
): Uint32Array {
  if (count === 0 || count >= negatives.length) return negatives;
  return createRandom(`${seed}/hardCandidates/${epoch}`).shuffle(negatives.slice()).slice(0, count).sort();
}

/** The share `pool` of the scored rows with the highest probabilities, at least one; of equal ones the lower rows. */
export function hardestOf(
  rows: Uint32Array,
  probabilities: ArrayLike<number>,
  pool: number,
  epoch: number,
): HardNegatives {
  const places = Array.from(rows.keys());
  places.sort((a, b) => probabilities[b]! - probabilities[a]! || rows[a]! - rows[b]!);
  const hardest = places.slice(0, Math.max(1, Math.round(pool * rows.length)));
  return {
    epoch,
    rows: hardest.map((place) => rows[place]!),
    probabilities: hardest.map((place) => probabilities[place]!),
  };
}
