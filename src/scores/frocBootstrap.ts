import { createRandom, type Random } from '../random.js';
import { cpmOf, interpolate, OPERATING_POINTS } from './froc.js';
import type { FrocEvents } from './frocEvents.js';
import { select } from './select.js';

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

/** Bands of a curve, one value a rate. */
export interface CurveBand {
  readonly mean: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export interface FrocBootstrap {
  readonly samples: number;
  readonly seed: number;
  /** Share of the samples inside a band. */
  readonly confidence: number;
  /** Samples in which no scan has a nodule: they have no sensitivity, and are in no band. */
  readonly samplesWithoutNodule: number;
  readonly cpm: Band;
  /** At the seven operating points. */
  readonly sensitivities: CurveBand;
  /** At the rates that were asked for. */
  readonly curve: CurveBand;
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
  const random = bootstrapRandom(seed);
  const drawn = new Int32Array(events.scans);
  const weights = new Int32Array(events.scans);
  const rows = new Float64Array(samples * points.length);
  let scored = 0;
  for (let sample = 0; sample < samples; sample++) {
    drawScans(random, drawn);
    weights.fill(0);
    for (let i = 0; i < drawn.length; i++) weights[drawn[i]!]!++;
    const row = rows.subarray(scored * points.length, (scored + 1) * points.length);
    if (interpolate(events, weights, points, row)) scored++;
  }
  const all = curveBand(rows.subarray(0, scored * points.length), points.length);
  const at = (wanted: ArrayLike<number>): CurveBand => picked(all, points, wanted);
  const read = Array.from(OPERATING_POINTS, (rate) => points.indexOf(rate));
  const cpms = Float64Array.from({ length: scored }, (_, sample) =>
    cpmOf(read.map((point) => rows[sample * points.length + point]!)),
  );
  const { mean, lower, upper } = curveBand(cpms, 1);
  return {
    samples,
    seed,
    confidence: CONFIDENCE,
    samplesWithoutNodule: samples - scored,
    cpm: { mean: mean[0]!, lower: lower[0]!, upper: upper[0]! },
    sensitivities: at(OPERATING_POINTS),
    curve: at(rates),
  };
}

/** The generator of a bootstrap's draws. */
export function bootstrapRandom(seed: number): Random {
  return createRandom(`froc bootstrap ${seed}`);
}

/** Draws a sample: as many scans, by index, as `into` has places. */
export function drawScans(random: Random, into: Int32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = random.integer(into.length);
}

/** Columns that are read at once: a cache line. */
const COLUMNS = 8;

/** Mean and band of each column of `rows` (samples, columns); the band's ends are the official program's sorted indices. */
function curveBand(rows: Float64Array, columns: number): CurveBand {
  const samples = rows.length / columns;
  const tail = (1 - CONFIDENCE) / 2;
  const lowest = Math.floor(tail * samples);
  const highest = Math.min(samples - 1, Math.floor((1 - tail) * samples));
  const band = {
    mean: new Float64Array(columns),
    lower: new Float64Array(columns),
    upper: new Float64Array(columns),
  };
  const buffers = Array.from({ length: COLUMNS }, () => new Float64Array(samples));
  for (let from = 0; from < columns; from += COLUMNS) {
    const count = Math.min(COLUMNS, columns - from);
    for (let sample = 0; sample < samples; sample++)
      for (let i = 0; i < count; i++) buffers[i]![sample] = rows[sample * columns + from + i]!;
    for (let i = 0; i < count; i++) {
      const values = buffers[i]!;
      let sum = 0;
      for (let sample = 0; sample < samples; sample++) sum += values[sample]!;
      band.mean[from + i] = sum / samples;
      band.lower[from + i] = select(values, lowest);
      band.upper[from + i] = select(values, highest);
    }
  }
  return band;
}

function picked(
  { mean, lower, upper }: CurveBand,
  points: Float64Array,
  wanted: ArrayLike<number>,
): CurveBand {
  const places = new Map(Array.from(points, (point, index) => [point, index]));
  const of = (values: Float64Array): Float64Array =>
    Float64Array.from(wanted, (rate) => values[places.get(rate)!]!);
  return { mean: of(mean), lower: of(lower), upper: of(upper) };
}
