import { createRandom, type Random } from '../random.js';
import { type ColumnBands, columnBands } from './columnBands.js';
import { cpmOf, interpolate, OPERATING_POINTS } from './froc.js';
import type { FrocEvents } from './frocEvents.js';

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
  const all = columnBands(rows.subarray(0, scored * points.length), points.length, CONFIDENCE);
  const at = (wanted: ArrayLike<number>): ColumnBands => picked(all, points, wanted);
  const read = Array.from(OPERATING_POINTS, (rate) => points.indexOf(rate));
  const cpms = Float64Array.from({ length: scored }, (_, sample) =>
    cpmOf(read.map((point) => rows[sample * points.length + point]!)),
  );
  const { mean, lower, upper } = columnBands(cpms, 1, CONFIDENCE);
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
