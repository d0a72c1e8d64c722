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
  const curve = new SampleCurve(events, onceEach(events));
  if (!curve.hasNodules) throw new RangeError('Expected at least one nodule, received none');
  const into = new Float64Array(rates.length);
  curve.read(Float64Array.from(rates), into);
  return into;
}

/** LUNA16's score: the mean of the sensitivities at the seven operating points. */
export function cpmOf(sensitivities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < sensitivities.length; i++) sum += sensitivities[i]!;
  return sum / sensitivities.length;
}

/**
 * The curve of scans that count `weights` times each (a bootstrap sample), read from left to right. Between two of its points it
 * runs straight, at a rate with several points the highest counts, behind the last point it stays. Events are passed over once,
 * and only as far as the curve is read.
 */
export class SampleCurve {
  readonly #events: FrocEvents;
  readonly #weights: Int32Array;
  readonly #totals: Totals;
  /** Events that were passed over, and their counts; #falseBefore is the count at the point before the last one. */
  #passed = 0;
  #hits = 0;
  #falsePositives = 0;
  #falseBefore = 0;
  /** The straight part at hand: from rate #x and sensitivity #y to before rate #end. */
  #x = 0;
  #y = 0;
  #slope = 0;
  #end = 0;
  /** Whether the part at hand is flat, and the curve rises where it ends. */
  #rises = false;

  /** `weights` (scans) is kept, and must not change while the curve is read. */
  constructor(events: FrocEvents, weights: Int32Array) {
    this.#events = events;
    this.#weights = weights;
    this.#totals = totalsOf(events, weights);
  }

  get hasNodules(): boolean {
    return this.#totals.nodules > 0;
  }

  /** Writes the sensitivities at ascending `rates`, none of them below one that was read before. */
  read(rates: Float64Array, into: Float64Array): void {
    for (let at = 0; at < rates.length; ) {
      const x = this.#x;
      const y = this.#y;
      const slope = this.#slope;
      const end = this.#end;
      for (; at < rates.length && rates[at]! < end; at++) into[at] = slope * (rates[at]! - x) + y;
      if (at < rates.length) this.#advance();
    }
  }

  /** To the next straight part: behind a flat one the rise at its end, else the flat one up to the next hit. */
  #advance(): void {
    if (this.#rises) {
      this.#rises = false;
      this.#x = this.#end;
      const risen = shareOf(this.#hits, this.#totals);
      this.#end = rateOf(this.#falsePositives, this.#totals);
      // A step straight up has no width: it is passed over at once.
      this.#slope = this.#end > this.#x ? (risen - this.#y) / (this.#end - this.#x) : 0;
      if (this.#end > this.#x) return;
    }
    this.#x = this.#end;
    this.#y = shareOf(this.#hits, this.#totals);
    this.#slope = 0;
    this.#rises = this.#passToNextHit();
    this.#end = this.#rises ? rateOf(this.#falseBefore, this.#totals) : Number.POSITIVE_INFINITY;
  }

  /** Passes over events up to the next point at which more nodules are hit; false where there is none. */
  #passToNextHit(): boolean {
    const { packed } = this.#events;
    const weights = this.#weights;
    const hitsBefore = this.#hits;
    let hits = hitsBefore;
    let falsePositives = this.#falsePositives;
    let falseBefore = falsePositives;
    let i = this.#passed;
    for (; i < packed.length; i++) {
      const event = packed[i]!;
      const weight = weights[event >> 2]!;
      if ((event & 2) !== 0) hits += weight;
      else falsePositives += weight;
      if ((event & 1) === 0) continue;
      if (hits !== hitsBefore) break;
      falseBefore = falsePositives;
    }
    this.#passed = i + 1;
    this.#hits = hits;
    this.#falsePositives = falsePositives;
    this.#falseBefore = falseBefore;
    return hits !== hitsBefore;
  }
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
