/** What the independent pairs of a sample are counted from. */
export interface ScanCounts {
  readonly scans: number;
  readonly scansWithPositives: number;
  readonly scansWithNegatives: number;
}

/** On each side of a 95 % interval. */
const TAIL = 0.025;

/**
 * How many pairs of a positive and a negative can be taken so that no two pairs share a scan: they are independent, whatever the
 * patches of one scan have in common. Every scan of a pair gives one patch, so that two scans make a pair.
 */
export function independentPairs({ scans, scansWithPositives, scansWithNegatives }: ScanCounts): number {
  return Math.min(scansWithPositives, scansWithNegatives, Math.floor(scans / 2));
}

/**
 * The lowest area that still gives perfect separation in 2.5 % of samples: 0.025^(1/k) for k independent pairs. Separation of all
 * cases puts all k pairs in the right order, which has probability area^k; this is the exact binomial limit of Clopper and
 * Pearson (Biometrika 26, 1934) for k successes in k trials, and needs no assumption on the scores. It cannot be made narrower
 * without one: where single scans fail as a whole, perfect separation does have probability area^k. (With a model of the scores
 * it can: Obuchowski and Lieber, Academic Radiology 9, 2002.) Throws RangeError without a pair.
 */
export function perfectAreaBound(pairs: number): number {
  if (!(pairs >= 1)) throw new RangeError(`Expected at least one independent pair, received ${pairs}`);
  return TAIL ** (1 / pairs);
}
