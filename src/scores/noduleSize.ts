import { requireCases } from './cases.js';
import { orderByScore } from './ranking.js';

/** Sizes of nodules by diameter. */
export const NODULE_SIZES = ['< 6 mm', '6-8 mm', '8-15 mm', '> 15 mm', 'unknown'] as const;

/** One of the sizes. */
export type NoduleSize = (typeof NODULE_SIZES)[number];

/** Scores of the nodules of one size. */
export interface SizeScores {
  readonly size: NoduleSize;
  readonly nodules: number;
  /** Share of these nodules that score at least their threshold; null without any. */
  readonly sensitivity: number | null;
  /** Area under the ROC curve of these nodules against all negatives; null without either. */
  readonly rocAuc: number | null;
}

/**
 * The size that a diameter in mm belongs to: 6 is of 6-8, 8 and 15 are of 8-15. Null, 0 and negative (so LUNA16 writes it) are
 * unknown. Throws RangeError for NaN and infinity.
 */
export function sizeOf(diameterMm: number | null): NoduleSize {
  if (diameterMm === null) return 'unknown';
  if (!Number.isFinite(diameterMm)) throw new RangeError(`Expected a diameter in mm, received ${diameterMm}`);
  if (diameterMm <= 0) return 'unknown';
  if (diameterMm < 6) return '< 6 mm';
  if (diameterMm < 8) return '6-8 mm';
  return diameterMm <= 15 ? '8-15 mm' : '> 15 mm';
}

/**
 * One line a size, also where no nodule has it: the bounds are those of Fleischner's and Lung-RADS's advice. `diametersMm`: one a
 * case, null where unknown; those of negatives are not looked at. `thresholds`: one a case. Throws RangeError for unequal lengths, NaN.
 * @example
 * const [small, , middle] = scoresBySize([0.9, 0.2, 0.4], [1, 1, 0], [5, 12, null], [0.5, 0.5, 0.5]);
 * [small.sensitivity, middle.sensitivity] //=> [ 1, 0 ]
 */
export function scoresBySize(
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
  diametersMm: ArrayLike<number | null>,
  thresholds: ArrayLike<number>,
): SizeScores[] {
  if (diametersMm.length !== scores.length)
    throw new RangeError(
      `Expected one diameter a score, received ${diametersMm.length} for ${scores.length} scores`,
    );
  requireCases(scores, classes);
  const beaten = beatenNegatives(scores, classes);
  const positives = Array.from(classes, (_, index) => index).filter((index) => classes[index] === 1);
  const negatives = classes.length - positives.length;
  const sizes = positives.map((index) => sizeOf(diametersMm[index]!));
  return NODULE_SIZES.map((size) => {
    const nodules = positives.filter((_, i) => sizes[i] === size);
    const found = nodules.filter((index) => scores[index]! >= thresholds[index]!).length;
    const sum = nodules.reduce((total, index) => total + beaten[index]!, 0);
    return {
      size,
      nodules: nodules.length,
      sensitivity: nodules.length === 0 ? null : found / nodules.length,
      rocAuc: nodules.length === 0 || negatives === 0 ? null : sum / nodules.length / negatives,
    };
  });
}

/** How many negatives score below each case; those of the same score count half. */
function beatenNegatives(scores: ArrayLike<number>, classes: ArrayLike<number>): Float64Array {
  const order = orderByScore(scores).reverse();
  const beaten = new Float64Array(scores.length);
  let below = 0;
  for (let from = 0; from < order.length; ) {
    let [equal, to] = [0, from];
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++)
      equal += 1 - classes[order[to]!]!;
    for (let i = from; i < to; i++) beaten[order[i]!] = below + equal / 2;
    below += equal;
    from = to;
  }
  return beaten;
}
