import type { FrocEvents } from './frocEvents.js';

/** False positives a scan at which LUNA16 reads the sensitivity; the mean of the seven is its score, CPM. */
export const OPERATING_POINTS: readonly number[] = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8];

/** Marks scored at least `threshold` count. */
export interface FrocPoint {
  readonly threshold: number;
  readonly falsePositivesPerScan: number;
  /** Share of all nodules, 0 to 1. */
  readonly sensitivity: number;
}

/**
 * The curve from (0, 0), one point a distinct score, highest first. Rates are computed in the official program's order of
 * operations (share of all false positives, times their number, over the scans): at 1/8, 1, 8, ... whether a step lies before or
 * behind the rate hangs on the last bit. Where nothing was hit, the sensitivity is 0. Throws RangeError without a nodule.
 */
export function frocCurve(events: FrocEvents): FrocPoint[] {
  const totals = totalsOf(events, onceEach(events));
  if (totals.nodules === 0) throw new RangeError('Expected at least one nodule, received none');
  const points: FrocPoint[] = [
    { threshold: Number.POSITIVE_INFINITY, falsePositivesPerScan: 0, sensitivity: 0 },
  ];
  const { score, isHit, endsTie } = events;
  let hits = 0;
  let falsePositives = 0;
  for (let i = 0; i < score.length; i++) {
    if (isHit[i] === 1) hits++;
    else falsePositives++;
    if (endsTie[i] === 0) continue;
    points.push({
      threshold: score[i]!,
      falsePositivesPerScan: rateOf(falsePositives, totals),
      sensitivity: shareOf(hits, totals),
    });
  }
  return points;
}

/** The sensitivity at each of some rates of false positives a scan, ascending. Throws RangeError without a nodule. */
export function sensitivitiesAt(events: FrocEvents, rates: ArrayLike<number>): Float64Array {
  const into = new Float64Array(rates.length);
  if (!interpolate(events, onceEach(events), Float64Array.from(rates), into))
    throw new RangeError('Expected at least one nodule, received none');
  return into;
}

/** LUNA16's score: the mean of the sensitivities at the seven operating points. */
export function cpmOf(sensitivities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < sensitivities.length; i++) sum += sensitivities[i]!;
  return sum / sensitivities.length;
}

/**
 * Writes the sensitivity at each of the ascending `rates`, for scans that count `weights` times each (a bootstrap sample). Between
 * two points of the curve it runs straight, at a rate with several points the highest counts, behind the last point it stays.
 * One pass over the events, as far as the last rate. Returns false, and writes nothing, where the scans have no nodule.
 */
export function interpolate(
  events: FrocEvents,
  weights: Int32Array,
  rates: Float64Array,
  into: Float64Array,
): boolean {
  const totals = totalsOf(events, weights);
  if (totals.nodules === 0) return false;
  const { packed } = events;
  // One more than lie at the last rate: by a whole step behind it, far from where rounding counts.
  const enough = Math.ceil(rates.at(-1)! * totals.scans) + 1;
  let hits = 0;
  let falsePositives = 0;
  // The last point of the curve; only where the sensitivity changes are rates written.
  let [hitsThere, falseThere, y] = [0, 0, 0];
  let at = 0;
  for (let i = 0; i < packed.length; i++) {
    const event = packed[i]!;
    const weight = weights[event >> 2]!;
    if ((event & 2) !== 0) hits += weight;
    else falsePositives += weight;
    if ((event & 1) === 0) continue;
    if (hits !== hitsThere) {
      const x = rateOf(falseThere, totals);
      const nextY = shareOf(hits, totals);
      for (; at < rates.length && rates[at]! < x; at++) into[at] = y;
      if (falsePositives !== falseThere) {
        // Marks of one score: the curve rises in a straight line.
        const nextX = rateOf(falsePositives, totals);
        const slope = (nextY - y) / (nextX - x);
        for (; at < rates.length && rates[at]! < nextX; at++) into[at] = slope * (rates[at]! - x) + y;
      }
      y = nextY;
      hitsThere = hits;
    }
    falseThere = falsePositives;
    if (falsePositives >= enough) break;
  }
  into.fill(y, at);
  return true;
}

/** Of a sample: how often each counts. */
interface Totals {
  readonly scans: number;
  readonly nodules: number;
  readonly hits: number;
  readonly falsePositives: number;
}

function totalsOf(events: FrocEvents, weights: Int32Array): Totals {
  let [scans, nodules, hits, falsePositives] = [0, 0, 0, 0];
  for (let scan = 0; scan < weights.length; scan++) {
    const weight = weights[scan]!;
    scans += weight;
    nodules += weight * events.nodules[scan]!;
    hits += weight * events.hits[scan]!;
    falsePositives += weight * events.falsePositives[scan]!;
  }
  return { scans, nodules, hits, falsePositives };
}

/** False positives a scan. */
function rateOf(falsePositives: number, totals: Totals): number {
  if (totals.falsePositives === 0) return 0;
  return ((falsePositives / totals.falsePositives) * totals.falsePositives) / totals.scans;
}

/** Share of all nodules. */
function shareOf(hits: number, totals: Totals): number {
  return totals.hits === 0 ? 0 : ((hits / totals.hits) * totals.hits) / totals.nodules;
}

function onceEach({ scans }: FrocEvents): Int32Array {
  return new Int32Array(scans).fill(1);
}
