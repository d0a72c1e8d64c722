import { requireProbabilities } from './cases.js';
import { quantile } from './quantile.js';

/** Cases of like probability. */
export interface CalibrationBin {
  /** Ends of the bin: above `low` (the first bin: from it on), up to and with `high`. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly meanProbability: number;
  /** Share of class 1 among them: near `meanProbability` where probabilities are calibrated. */
  readonly positiveShare: number;
}

/** How cases are put into bins. */
export interface CalibrationOptions {
  /** 10. */
  readonly bins?: number;
  /** Bins of equal width, or of equal numbers of cases; uniform. */
  readonly strategy?: 'uniform' | 'quantile';
}

/**
 * Mean squared distance of probability and class: 0 is perfect, 0.25 is 0.5 for all (Brier, Monthly Weather Review 78, 1950).
 * @example
 * brierScore([0.9, 0.2], [1, 0]).toFixed(3) //=> '0.025'
 */
export function brierScore(probabilities: ArrayLike<number>, classes: ArrayLike<number>): number {
  requireProbabilities(probabilities, classes);
  let sum = 0;
  for (let i = 0; i < classes.length; i++) sum += (probabilities[i]! - classes[i]!) ** 2;
  return sum / classes.length;
}

/**
 * Bins that hold cases, ascending, as scikit-learn's calibration_curve has them. Throws RangeError for what are no probabilities or
 * fewer than one bin.
 * @example
 * const bins = calibrationCurve([0.9, 0.7, 0.4, 0.2], [1, 1, 1, 0], { bins: 2 });
 * bins.map(({ positiveShare }) => positiveShare) //=> [ 0.5, 1 ]
 */
export function calibrationCurve(
  probabilities: ArrayLike<number>,
  classes: ArrayLike<number>,
  { bins = 10, strategy = 'uniform' }: CalibrationOptions = {},
): CalibrationBin[] {
  requireProbabilities(probabilities, classes);
  if (!Number.isInteger(bins) || bins < 1)
    throw new RangeError(`Expected a whole number of bins from 1, received ${bins}`);
  const edges = strategy === 'uniform' ? evenEdges(bins) : quantileEdges(probabilities, bins);
  const counts = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const positives = new Float64Array(bins);
  for (let i = 0; i < probabilities.length; i++) {
    const bin = binOf(probabilities[i]!, edges);
    counts[bin]!++;
    sums[bin]! += probabilities[i]!;
    positives[bin]! += classes[i]!;
  }
  return Array.from(counts, (count, bin) => ({
    low: edges[bin]!,
    high: edges[bin + 1]!,
    count,
    meanProbability: sums[bin]! / count,
    positiveShare: positives[bin]! / count,
  })).filter(({ count }) => count > 0);
}

/** i * (1 / bins), not i / bins: numpy's linspace, so that a probability on an edge falls on the same side. */
function evenEdges(bins: number): number[] {
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? 1 : i * (1 / bins)));
}

function quantileEdges(probabilities: ArrayLike<number>, bins: number): number[] {
  const sorted = Float64Array.from(probabilities).sort();
  return evenEdges(bins).map((share) => quantile(sorted, share));
}

/** The first bin whose upper end is not below the value. */
function binOf(value: number, edges: readonly number[]): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle + 1]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
