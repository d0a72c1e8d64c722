import { createRandom, type Random } from '../random.js';
import { requireCases } from './cases.js';
import { quantile } from './quantile.js';
import { orderByScore } from './ranking.js';
import { requireScans, type ScanIndex } from './scanIndex.js';

/** How often scans are drawn anew, with which seed, and at which false positive rates the curve has a band. */
export interface RocBootstrapOptions {
  /** Samples of scans; 1000. */
  readonly rounds?: number;
  /** The same seed draws the same scans, on every machine; 0. */
  readonly seed?: number;
  /** False positive rates from 0 to 1, ascending, at which the curve gets its band; none: no band. */
  readonly rates?: ArrayLike<number>;
}

/** Rates for a band that is to be drawn: 0 to 1 in steps of 0.005. */
export const BAND_RATES: readonly number[] = Array.from({ length: 201 }, (_, i) => i / 200);

/** Between `low` and `high` lie 95 % of the samples' sensitivities, at each rate for itself. */
export interface RocBand {
  readonly falsePositiveRate: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface RocBootstrap {
  /** Area of each sample that has both classes, ascending. */
  readonly areas: Float64Array;
  readonly rounds: number;
  /** Samples of one class alone: they have no area. */
  readonly withoutBothClasses: number;
  /** Undefined when no rates were asked for. */
  readonly band?: RocBand;
}

/**
 * The scan of each case, in the order in which a falling threshold meets them, in runs: cases that share a score, or cases of
 * one class with none of the other between them. In a run positives come first.
 */
interface Runs {
  readonly scanOf: Uint32Array;
  /** Of each run: where its positives end, and where it ends. */
  readonly positivesEnd: Uint32Array;
  readonly end: Uint32Array;
  readonly positivesOfScan: Uint32Array;
  readonly negativesOfScan: Uint32Array;
}

/**
 * Draws as many scans as there are, with replacement, again and again, and takes the area of each sample: patches of one scan
 * stay together, as they are alike. Sorted once; a sample is a number of times for each scan, and one pass over the cases.
 * Method: the cluster bootstrap (Field and Welsh, Journal of the Royal Statistical Society B 69, 2007). Throws RangeError for cases that
 * are none, or where no sample has both classes.
 */
export function bootstrapRoc(
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
  scans: ScanIndex,
  { rounds = 1000, seed = 0, rates = [] }: RocBootstrapOptions = {},
): RocBootstrap {
  const runs = runsOf(scores, classes, scans);
  const { areas, curves } = curvesOfSamples(scans, { rounds, seed }, rates.length, (weights, curve) =>
    areaOfSample(runs, weights, rates, curve),
  );
  if (areas.length === 0)
    throw new RangeError(`Expected samples of scans with both classes, received none in ${rounds}`);
  return {
    areas: Float64Array.from(areas).sort(),
    rounds,
    withoutBothClasses: rounds - areas.length,
    ...(rates.length === 0 ? {} : { band: bandOf(curves, rates) }),
  };
}

/**
 * Area and curve of each sample of scans, drawn with replacement, that has an area. `areaOf` gets how often each scan was drawn,
 * and fills the curve.
 */
export function curvesOfSamples(
  { scans }: ScanIndex,
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
  points: number,
  areaOf: (weights: Uint32Array, curve: Float64Array) => number | undefined,
): { readonly areas: readonly number[]; readonly curves: readonly Float64Array[] } {
  const areas: number[] = [];
  const curves: Float64Array[] = [];
  for (const weights of samplesOf(scans, { rounds, seed })) {
    const curve = new Float64Array(points);
    const area = areaOf(weights, curve);
    if (area === undefined) continue;
    areas.push(area);
    curves.push(curve);
  }
  return { areas, curves };
}

/** Samples of as many scans as there are, with replacement: how often each was drawn, in an array that the next one takes again. */
export function* samplesOf(
  scans: number,
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
): Generator<Uint32Array, void, undefined> {
  const random = rocBootstrapRandom(seed);
  const weights = new Uint32Array(scans);
  for (let round = 0; round < rounds; round++) {
    weights.fill(0);
    for (const scan of drawScans(random, scans)) weights[scan]!++;
    yield weights;
  }
}

/** Between which lie 95 % of the curves, at each of their points for itself. */
export function spreadOf(
  curves: readonly Float64Array[],
  points: number,
): { readonly low: Float64Array; readonly high: Float64Array } {
  const sorted = Array.from({ length: points }, (_, at) =>
    Float64Array.from(curves, (curve) => curve[at]!).sort(),
  );
  return {
    low: Float64Array.from(sorted, (values) => quantile(values, 0.025)),
    high: Float64Array.from(sorted, (values) => quantile(values, 0.975)),
  };
}

/** The generator of the draws: a test, or another program, can repeat them. */
export function rocBootstrapRandom(seed: number): Random {
  return createRandom(`roc bootstrap ${seed}`);
}

/** A sample: as many scans, by number, as there are. */
export function drawScans(random: Random, scans: number): Uint32Array {
  const drawn = new Uint32Array(scans);
  for (let i = 0; i < scans; i++) drawn[i] = random.integer(scans);
  return drawn;
}

function runsOf(scores: ArrayLike<number>, classes: ArrayLike<number>, { scans, scanOf }: ScanIndex): Runs {
  requireCases(scores, classes);
  requireScans({ scans, scanOf }, scores.length);
  const order = orderByScore(scores);
  const sorted = new Uint32Array(order.length);
  const positivesOfScan = new Uint32Array(scans);
  const negativesOfScan = new Uint32Array(scans);
  const positivesEnd: number[] = [];
  const end: number[] = [];
  let onlyClass: number | undefined;
  for (let from = 0; from < order.length; ) {
    let [to, next] = [from, from];
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) {
      if (classes[order[to]!] === 0) continue;
      sorted[next++] = scanOf[order[to]!]!;
      positivesOfScan[scanOf[order[to]!]!]!++;
    }
    const firstNegative = next;
    for (let i = from; i < to; i++) {
      if (classes[order[i]!] === 1) continue;
      sorted[next++] = scanOf[order[i]!]!;
      negativesOfScan[scanOf[order[i]!]!]!++;
    }
    const only = firstNegative === to ? 1 : firstNegative === from ? 0 : undefined;
    const at = only !== undefined && only === onlyClass ? end.length - 1 : end.length;
    // A run of negatives alone has its positives' end where it began.
    if (only !== 0 || at === end.length) positivesEnd[at] = firstNegative;
    end[at] = to;
    onlyClass = only;
    from = to;
  }
  return {
    scanOf: sorted,
    positivesEnd: Uint32Array.from(positivesEnd),
    end: Uint32Array.from(end),
    positivesOfScan,
    negativesOfScan,
  };
}

/** Area of a sample, each scan `weights` times; its sensitivity at each rate goes into `curve`. Undefined for one class alone. */
function areaOfSample(
  { scanOf, positivesEnd, end, positivesOfScan, negativesOfScan }: Runs,
  weights: Uint32Array,
  rates: ArrayLike<number>,
  curve: Float64Array,
): number | undefined {
  const positives = weightedSum(positivesOfScan, weights);
  const negatives = weightedSum(negativesOfScan, weights);
  if (positives === 0 || negatives === 0) return undefined;
  let [hits, falseAlarms, area, i, next] = [0, 0, 0, 0, 0];
  for (let run = 0; run < end.length; run++) {
    let [moreHits, moreFalseAlarms] = [0, 0];
    for (; i < positivesEnd[run]!; i++) moreHits += weights[scanOf[i]!]!;
    for (; i < end[run]!; i++) moreFalseAlarms += weights[scanOf[i]!]!;
    // A straight line to the next point; at a rate with several points, the highest counts.
    for (; next < rates.length && rates[next]! * negatives < falseAlarms + moreFalseAlarms; next++) {
      const part = (rates[next]! * negatives - falseAlarms) / moreFalseAlarms;
      curve[next] = (hits + part * moreHits) / positives;
    }
    area += moreFalseAlarms * (hits + moreHits / 2);
    hits += moreHits;
    falseAlarms += moreFalseAlarms;
  }
  curve.fill(1, next);
  return area / positives / negatives;
}

function weightedSum(values: Uint32Array, weights: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * weights[i]!;
  return sum;
}

function bandOf(curves: readonly Float64Array[], rates: ArrayLike<number>): RocBand {
  return { falsePositiveRate: Float64Array.from(rates), ...spreadOf(curves, rates.length) };
}
