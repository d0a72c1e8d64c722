import { positivesAmong, requireCases } from './cases.js';
import { levelsOf } from './ranking.js';

/** What calling every case of at least `threshold` positive leads to. */
export interface OperatingPoint {
  readonly threshold: number;
  /** Share of the positives that are found; null without positives. */
  readonly sensitivity: number | null;
  /** Share of the negatives that are left alone; null without negatives. */
  readonly specificity: number | null;
  readonly truePositives: number;
  readonly falseNegatives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
}

/**
 * Counts and rates at a threshold; a case that scores exactly it is positive. Throws RangeError for NaN.
 * @example
 * const { sensitivity, specificity } = operatingPoint([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0], 0.5);
 * [sensitivity, specificity] //=> [ 0.5, 0.5 ]
 */
export function operatingPoint(
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
  threshold: number,
): OperatingPoint {
  requireCases(scores, classes);
  if (Number.isNaN(threshold)) throw new RangeError('Expected a threshold that is a number, received NaN');
  const positives = positivesAmong(classes);
  const negatives = classes.length - positives;
  let [truePositives, falsePositives] = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    if (!(scores[i]! >= threshold)) continue;
    if (classes[i] === 1) truePositives++;
    else falsePositives++;
  }
  const trueNegatives = negatives - falsePositives;
  return {
    threshold,
    sensitivity: positives === 0 ? null : truePositives / positives,
    specificity: negatives === 0 ? null : trueNegatives / negatives,
    truePositives,
    falseNegatives: positives - truePositives,
    falsePositives,
    trueNegatives,
  };
}

/**
 * The score at which sensitivity + specificity is largest (Youden's J, Cancer 3, 1950); of several, the lowest, which misses
 * fewer nodules. To be called with validation predictions: chosen on the rows that it is then measured on, it flatters. Throws
 * RangeError without both classes.
 * @example
 * youdenThreshold([0.9, 0.7, 0.4, 0.2], [1, 1, 0, 0]) //=> 0.7
 */
export function youdenThreshold(scores: ArrayLike<number>, classes: ArrayLike<number>): number {
  const levels = levelsOf(scores, classes);
  const positives = positivesAmong(classes);
  const negatives = classes.length - positives;
  if (positives === 0 || negatives === 0)
    throw new RangeError(
      `Expected cases of both classes, received ${positives} positive and ${negatives} negative ones`,
    );
  let [hits, falseAlarms] = [0, 0];
  let [best, threshold] = [Number.NEGATIVE_INFINITY, Number.NaN];
  for (const level of levels) {
    hits += level.positives;
    falseAlarms += level.negatives;
    // J times positives times negatives: whole numbers, so that ties are ties.
    const index = hits * negatives - falseAlarms * positives;
    if (index < best) continue;
    best = index;
    threshold = level.score;
  }
  return threshold;
}
