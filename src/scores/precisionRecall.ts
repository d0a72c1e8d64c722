import { positivesAmong } from './cases.js';
import { levelsOf } from './ranking.js';

/** One point of the precision-recall curve: cases scored at least `threshold` count as positive. */
export interface PrecisionRecallPoint {
  readonly threshold: number;
  /** Share of the positives that are found: sensitivity. */
  readonly recall: number;
  /** Share of positives among what is found. */
  readonly precision: number;
}

/**
 * From (recall 0, precision 1), which stands for a threshold above all scores, one point a distinct score, highest first; the
 * order of scikit-learn's precision_recall_curve reversed. Throws RangeError without a positive.
 * @example
 * const points = precisionRecallCurve([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0]);
 * points.map(({ recall }) => recall) //=> [ 0, 0.5, 0.5, 1, 1 ]
 */
export function precisionRecallCurve(
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
): PrecisionRecallPoint[] {
  const levels = levelsOf(scores, classes);
  const positives = positivesAmong(classes);
  if (positives === 0) throw new RangeError(`Expected a positive case, received none of ${classes.length}`);
  let [hits, found] = [0, 0];
  const points = levels.map((level) => {
    hits += level.positives;
    found += level.positives + level.negatives;
    return { threshold: level.score, recall: hits / positives, precision: hits / found };
  });
  return [{ threshold: Number.POSITIVE_INFINITY, recall: 0, precision: 1 }, ...points];
}

/**
 * Area under the precision-recall curve as scikit-learn's average_precision_score has it: the sum of (recall - recall before) *
 * precision, without lines between points, which would be too kind (Davis and Goadrich, ICML 2006). A ranking by chance gets the share
 * of positives.
 * @example
 * averagePrecision(precisionRecallCurve([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0])).toFixed(3) //=> '0.833'
 */
export function averagePrecision(points: readonly PrecisionRecallPoint[]): number {
  return points.reduce(
    (sum, { recall, precision }, i) => sum + (recall - (points[i - 1]?.recall ?? 0)) * precision,
    0,
  );
}
