import { createRandom, type Random } from '../random.js';
import { type ColumnBands, columnBands } from './columnBands.js';
import { OPERATING_POINTS, SampleCurve } from './froc.js';
import type { FrocEvents } from './frocEvents.js';
import { drawScans } from './rocBootstrap.js';

/** How often scans are drawn anew (1000), with which seed, and at which rates the curve has a band. */
export interface BootstrapOptions {
  /** LUNA16: 1000. */
  readonly samples?: number;
  /** The same seed draws the same scans, on every machine. */
  readonly seed?: number;
  /** Further rates of false positives a scan, ascending, at which the curve gets a band. */
  readonly rates?: ArrayLike<number>;
}

/** Over the samples: mean, and the values of which 2.5 % lie below and above. */
export interface Band {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** The spread of a score over samples of scans, each drawn with replacement and as large as the whole. */
export interface FrocBootstrap {
  readonly samples: number;
  readonly seed: number;
  /** Share of the samples inside a band. */
  readonly confidence: number;
  /** Samples in which no scan has a nodule: they have no sensitivity, and are in no band. */
  readonly samplesWithoutNodule: number;
  readonly cpm: Band;
  /** At the seven operating points. */
  readonly sensitivities: ColumnBands;
  /** At the rates that were asked for. */
  readonly curve: ColumnBands;
}

const CONFIDENCE = 0.95;

/**
 * Draws as many scans as there are, with replacement, again and again, and scores each sample as a case of its own. Throws
 * RangeError without a nodule.
 *
 * A sample is a number of times for each scan: marks are matched and sorted once, each sample is one pass over them.
 */
export function bootstrapFroc(
  events: FrocEvents,
  { samples = 1000, seed = 0, rates = [] }: BootstrapOptions = {},
): FrocBootstrap {
  if (!events.nodules.some((count) => count > 0))
    throw new RangeError('Expected at least one nodule, received none');
  const points = Float64Array.from(new Set([...OPERATING_POINTS, ...Array.from(rates)])).sort();
  const curves = sampleCurves(events, samples, seed);
  if (curves.length === 0)
    throw new RangeError(`Expected a sample with a nodule, received none in ${samples}: draw more samples`);
  const { all, cpms } = bandsOf(curves, points);
  const at = (wanted: ArrayLike<number>): ColumnBands => picked(all, points, wanted);
  const { mean, lower, upper } = columnBands(cpms, 1, CONFIDENCE);
  return {
    samples,
    seed,
    confidence: CONFIDENCE,
    samplesWithoutNodule: samples - curves.length,
    cpm: { mean: mean[0]!, lower: lower[0]!, upper: upper[0]! },
    sensitivities: at(OPERATING_POINTS),
    curve: at(rates),
  };
}

/** Of each sample that has a nodule. */
function sampleCurves(events: FrocEvents, samples: number, seed: number): SampleCurve[] {
  const random = bootstrapRandom(seed);
  const curves = Array.from({ length: samples }, () => {
    const weights = new Int32Array(events.scans);
    for (const scan of drawScans(random, events.scans)) weights[scan]!++;
    return new SampleCurve(events, weights);
  });
  return curves.filter(({ hasNodules }) => hasNodules);
}

/** Rates at which all samples are read at once: they fit into a processor's cache. No power of two, or a column's values would evict each other. */
const AT_ONCE = 504;

/** Bands at `points`, and each sample's CPM. */
function bandsOf(
  curves: readonly SampleCurve[],
  points: Float64Array,
): { all: ColumnBands; cpms: Float64Array } {
  const empty = (): Float64Array => new Float64Array(points.length);
  const all: ColumnBands = { mean: empty(), lower: empty(), upper: empty() };
  const sums = new Float64Array(curves.length);
  const matrix = new Float64Array(curves.length * Math.min(AT_ONCE, points.length));
  for (let from = 0; from < points.length; from += AT_ONCE) {
    const block = points.subarray(from, from + AT_ONCE);
    const rows = matrix.subarray(0, curves.length * block.length);
    for (const [i, curve] of curves.entries())
      curve.read(block, rows.subarray(i * block.length, (i + 1) * block.length));
    const bands = columnBands(rows, block.length, CONFIDENCE);
    for (const end of ['mean', 'lower', 'upper'] as const) all[end].set(bands[end], from);
    for (const column of OPERATING_POINTS.map((rate) => block.indexOf(rate)).filter((index) => index >= 0))
      for (let i = 0; i < sums.length; i++) sums[i]! += rows[i * block.length + column]!;
  }
  return { all, cpms: sums.map((sum) => sum / OPERATING_POINTS.length) };
}

/** The generator of a bootstrap's draws. */
export function bootstrapRandom(seed: number): Random {
  return createRandom(`froc bootstrap ${seed}`);
}

function picked(
  { mean, lower, upper }: ColumnBands,
  points: Float64Array,
  wanted: ArrayLike<number>,
): ColumnBands {
  const places = new Map(Array.from(points, (point, index) => [point, index]));
  const of = (values: Float64Array): Float64Array =>
    Float64Array.from(wanted, (rate) => values[places.get(rate)!]!);
  return { mean: of(mean), lower: of(lower), upper: of(upper) };
}
