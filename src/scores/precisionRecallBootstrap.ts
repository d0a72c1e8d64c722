import { requireCases } from './cases.js';
import { quantile } from './quantile.js';
import { orderByScore } from './ranking.js';
import { curvesOfSamples, spreadOf } from './rocBootstrap.js';
import { requireScans, type ScanIndex } from './scanIndex.js';

/** How often scans are drawn anew, with which seed: the same scans as for the band of a ROC curve. */
export interface BootstrapDraws {
  /** Samples of scans; 1000. */
  readonly rounds?: number;
  /** The same seed draws the same scans, on every machine; 0. */
  readonly seed?: number;
}

/** Between `low` and `high` lie 95 % of the samples' precisions, at each recall for itself. */
export interface PrecisionRecallBand {
  readonly recall: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** How the curve and its area spread over samples of scans. */
export interface PrecisionRecallBootstrap {
  /** Average precision of each sample that has a positive, ascending. */
  readonly areas: Float64Array;
  /** The samples' 2.5 % and 97.5 % quantiles of the average precision. */
  readonly interval: readonly [low: number, high: number];
  readonly rounds: number;
  /** Of how many scans: of few, such an interval is too narrow. */
  readonly scans: number;
  /** Samples without a positive: they have no recall. */
  readonly withoutPositives: number;
  readonly band: PrecisionRecallBand;
}

/** Recalls of a band that is to be drawn: 0.005 to 1 in steps of 0.005. */
export const BAND_RECALLS: readonly number[] = Array.from({ length: 200 }, (_, i) => (i + 1) / 200);
const TAIL = 0.025;
/** Sums of shares are rounded: a recall that is reached counts as reached. */
const SLACK = 1e-9;

/** The scan of each case, highest score first, in runs that end with a score that has positives; in a run they come last. */
interface Runs {
  readonly scanOf: Uint32Array;
  readonly positivesFrom: Uint32Array;
  readonly end: Uint32Array;
  readonly positivesOfScan: Uint32Array;
}

/**
 * Draws as many scans as there are, with replacement, again and again: the band of the precision at each recall, in steps as
 * averagePrecision() adds them up. Throws RangeError for cases that are none, or where no sample has a positive.
 * @example
 * const [scores, classes] = [[0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0]];
 * const { areas } = bootstrapPrecisionRecall(scores, classes, scanIndex(['a', 'a', 'b', 'b']), { rounds: 20 });
 * areas.length //=> 20
 */
export function bootstrapPrecisionRecall(
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
  scans: ScanIndex,
  { rounds = 1000, seed = 0 }: BootstrapDraws = {},
  recalls: ArrayLike<number> = BAND_RECALLS,
): PrecisionRecallBootstrap {
  requireCases(scores, classes);
  requireScans(scans, scores.length);
  const runs = runsOf(scores, classes, scans);
  const { areas, curves } = curvesOfSamples(scans, { rounds, seed }, recalls.length, (weights, curve) =>
    areaOfSample(runs, weights, recalls, curve),
  );
  if (areas.length === 0)
    throw new RangeError(`Expected samples of scans with a positive, received none in ${rounds}`);
  const sorted = Float64Array.from(areas).sort();
  return {
    areas: sorted,
    interval: [quantile(sorted, TAIL), quantile(sorted, 1 - TAIL)],
    rounds,
    scans: scans.scans,
    withoutPositives: rounds - areas.length,
    band: bandOf(curves, recalls),
  };
}

function runsOf(scores: ArrayLike<number>, classes: ArrayLike<number>, { scans, scanOf }: ScanIndex): Runs {
  const order = orderByScore(scores);
  const sorted = new Uint32Array(order.length);
  const positivesOfScan = new Uint32Array(scans);
  const [positivesFrom, end]: [number[], number[]] = [[], []];
  let next = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++)
      if (classes[order[to]!] === 0) sorted[next++] = scanOf[order[to]!]!;
    const firstPositive = next;
    for (let i = from; i < to; i++) {
      if (classes[order[i]!] === 0) continue;
      const scan = scanOf[order[i]!]!;
      sorted[next++] = scan;
      positivesOfScan[scan]!++;
    }
    if (next > firstPositive) {
      positivesFrom.push(firstPositive);
      end.push(next);
    }
    from = to;
  }
  return {
    scanOf: sorted,
    positivesFrom: Uint32Array.from(positivesFrom),
    end: Uint32Array.from(end),
    positivesOfScan,
  };
}

/** Average precision of a sample, each scan `weights` times; its precision at each recall goes into `curve`. Undefined without a positive. */
function areaOfSample(
  { scanOf, positivesFrom, end, positivesOfScan }: Runs,
  weights: Uint32Array,
  recalls: ArrayLike<number>,
  curve: Float64Array,
): number | undefined {
  const positives = positivesOfScan.reduce((sum, count, scan) => sum + count * weights[scan]!, 0);
  if (positives === 0) return undefined;
  let [hits, found, area, i, next] = [0, 0, 0, 0, 0];
  for (let run = 0; run < end.length; run++) {
    let [others, more] = [0, 0];
    for (; i < positivesFrom[run]!; i++) others += weights[scanOf[i]!]!;
    for (; i < end[run]!; i++) more += weights[scanOf[i]!]!;
    hits += more;
    found += others + more;
    if (more === 0) continue;
    const precision = hits / found;
    area += more * precision;
    for (; next < recalls.length && recalls[next]! * positives <= hits + SLACK; next++)
      curve[next] = precision;
  }
  return area / positives;
}

function bandOf(curves: readonly Float64Array[], recalls: ArrayLike<number>): PrecisionRecallBand {
  return { recall: Float64Array.from(recalls), ...spreadOf(curves, recalls.length) };
}
