import { requireCases } from './cases.js';
import { levelsOf } from './ranking.js';

/** One point of a receiver operating characteristic: cases scored at least `threshold` count as positive. */
export interface RocPoint {
  readonly threshold: number;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/** Area under the ROC curve with its 95 % interval. */
export interface RocArea {
  readonly area: number;
  readonly standardError: number;
  /** Clipped to [0, 1]. */
  readonly interval: readonly [low: number, high: number];
  readonly positives: number;
  readonly negatives: number;
}

/** 97.5 % quantile of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/**
 * The curve from (0, 0) to (1, 1), one point a distinct score, highest first. Throws RangeError without both classes.
 * @example
 * rocCurve([0.9, 0.2], [1, 0]).map(({ truePositiveRate }) => truePositiveRate) //=> [ 0, 1, 1 ]
 */
export function rocCurve(scores: ArrayLike<number>, classes: ArrayLike<number>): RocPoint[] {
  const { positives, negatives } = split(scores, classes);
  let [hits, falseAlarms] = [0, 0];
  const points = levelsOf(scores, classes).map((level) => {
    hits += level.positives;
    falseAlarms += level.negatives;
    return {
      threshold: level.score,
      falsePositiveRate: falseAlarms / negatives.length,
      truePositiveRate: hits / positives.length,
    };
  });
  return [{ threshold: Number.POSITIVE_INFINITY, falsePositiveRate: 0, truePositiveRate: 0 }, ...points];
}

/**
 * Area under the ROC curve (share of pairs in the right order, ties count half) with DeLong's standard error.
 * Method: DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988); by mid-ranks as in Sun, Xu, IEEE Signal Processing
 * Letters 21 (2014), n log n. Throws RangeError without both classes.
 * @example
 * rocArea([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0]).area //=> 0.75
 */
export function rocArea(scores: ArrayLike<number>, classes: ArrayLike<number>): RocArea {
  const { positives, negatives } = split(scores, classes);
  const m = positives.length;
  const n = negatives.length;
  const among = midRanks([...positives, ...negatives]);
  const amongPositives = midRanks(positives);
  const amongNegatives = midRanks(negatives);
  // Placement values: share of the other class that a case beats.
  const ofPositives = amongPositives.map((rank, i) => (among[i]! - rank) / n);
  const ofNegatives = amongNegatives.map((rank, j) => 1 - (among[m + j]! - rank) / m);
  const area = mean(ofPositives);
  const standardError = Math.sqrt(variance(ofPositives) / m + variance(ofNegatives) / n);
  return {
    area,
    standardError,
    interval: [Math.max(0, area - Z_95 * standardError), Math.min(1, area + Z_95 * standardError)],
    positives: m,
    negatives: n,
  };
}

function split(
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
): { positives: number[]; negatives: number[] } {
  requireCases(scores, classes);
  const of = (wanted: boolean): number[] =>
    Array.from(scores).filter((_, index) => (classes[index] === 1) === wanted);
  const [positives, negatives] = [of(true), of(false)];
  if (positives.length === 0 || negatives.length === 0)
    throw new RangeError(
      `Expected cases of both classes, received ${positives.length} positive and ${negatives.length} negative ones`,
    );
  return { positives, negatives };
}

/** Rank of each value, from 1; equal values share the mean of their ranks. */
function midRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Unbiased; 0 for a single value. */
function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}
