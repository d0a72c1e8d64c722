import { cpmOf, type FrocPoint, frocCurve, OPERATING_POINTS, sensitivitiesAt } from './froc.js';
import { type BootstrapOptions, bootstrapFroc, type FrocBootstrap } from './frocBootstrap.js';
import { type FrocCase, type FrocCounts, type MatchOptions, matchMarks, type Places } from './frocEvents.js';

/** LUNA16's score of some scans. */
export interface FrocScore {
  /** Mean of the sensitivities, 0 to 1. */
  readonly cpm: number;
  /** (7), at 1/8, 1/4, 1/2, 1, 2, 4, 8 false positives a scan. */
  readonly sensitivities: readonly number[];
  /** One point a distinct score. */
  readonly curve: readonly FrocPoint[];
  readonly bootstrap: FrocBootstrap;
  readonly counts: FrocCounts;
}

/** A fold's scans scored as a case of their own. */
export interface FoldScore extends Omit<FrocScore, 'cpm' | 'sensitivities' | 'curve' | 'bootstrap'> {
  readonly fold: number;
  /** Null, as the others, where the fold has no nodule. */
  readonly cpm: number | null;
  readonly sensitivities: readonly number[] | null;
  readonly bootstrap: FrocBootstrap | null;
}

const GRID = 10_000;

/**
 * The official grid of the curve: 10,000 equally spaced rates from 1/8 to 8.
 * @example
 * officialRates().length //=> 10000
 */
export function officialRates(): Float64Array {
  const [first, last] = [OPERATING_POINTS[0]!, OPERATING_POINTS.at(-1)!];
  const step = (last - first) / (GRID - 1);
  return Float64Array.from({ length: GRID }, (_, i) => (i === GRID - 1 ? last : i * step + first));
}

/**
 * Curve, seven sensitivities, CPM and their bands. Throws RangeError without a nodule.
 * @example
 * const none = { scan: Int32Array.of(), centerWorldMm: Float64Array.of(), diameterMm: Float64Array.of() };
 * const places = { scan: Int32Array.of(0, 1), centerWorldMm: Float64Array.of(0, 0, 0, 9, 9, 9) };
 * const marks = { ...places, score: Float64Array.of(0.9, 0.3) };
 * const nodule = { scan: Int32Array.of(0), centerWorldMm: Float64Array.of(1, 0, 0) };
 * const nodules = { ...nodule, diameterMm: Float64Array.of(6) };
 * scoreFroc({ scans: 2, marks, nodules, excluded: none }).cpm //=> 1
 */
export function scoreFroc(frocCase: FrocCase, options: BootstrapOptions & MatchOptions = {}): FrocScore {
  const { events, counts } = matchMarks(frocCase, options);
  const sensitivities = Array.from(sensitivitiesAt(events, OPERATING_POINTS));
  const bootstrap = bootstrapFroc(events, options);
  return { cpm: cpmOf(sensitivities), sensitivities, curve: frocCurve(events), bootstrap, counts };
}

/**
 * Scores each fold alone, ascending. `foldOf` (scans) says where each scan lies; negative = in no fold.
 * @example
 * const none = { scan: Int32Array.of(), centerWorldMm: Float64Array.of(), diameterMm: Float64Array.of() };
 * const places = { scan: Int32Array.of(0, 1), centerWorldMm: Float64Array.of(0, 0, 0, 9, 9, 9) };
 * const marks = { ...places, score: Float64Array.of(0.9, 0.3) };
 * const centers = { scan: Int32Array.of(0, 1), centerWorldMm: Float64Array.of(1, 0, 0, 0, 0, 0) };
 * const nodules = { ...centers, diameterMm: Float64Array.of(6, 6) };
 * const folds = scoreFolds({ scans: 2, marks, nodules, excluded: none }, Int32Array.of(0, 1));
 * folds.map(({ cpm }) => cpm) //=> [ 1, 0 ]
 */
export function scoreFolds(
  frocCase: FrocCase,
  foldOf: Int32Array,
  options: BootstrapOptions & MatchOptions = {},
): FoldScore[] {
  const folds = [...new Set(foldOf)].filter((fold) => fold >= 0).sort((a, b) => a - b);
  return folds.map((fold) => {
    const part = restricted(frocCase, (scan) => foldOf[scan] === fold);
    if (part.nodules.scan.length === 0)
      return {
        fold,
        cpm: null,
        sensitivities: null,
        bootstrap: null,
        counts: matchMarks(part, options).counts,
      };
    const { curve: _, ...score } = scoreFroc(part, options);
    return { fold, ...score };
  });
}

/** The scans that are wanted, numbered anew in their order. */
function restricted(
  { scans, marks, nodules, excluded }: FrocCase,
  wanted: (scan: number) => boolean,
): FrocCase {
  const numbers = new Int32Array(scans).fill(-1);
  let count = 0;
  for (let scan = 0; scan < scans; scan++) if (wanted(scan)) numbers[scan] = count++;
  const kept = ({ scan }: Places): number[] =>
    Array.from(scan.keys()).filter((index) => numbers[scan[index]!]! >= 0);
  const placesOf = (places: Places, indexes: readonly number[]): Places => ({
    scan: Int32Array.from(indexes, (index) => numbers[places.scan[index]!]!),
    centerWorldMm: Float64Array.from(
      indexes.flatMap((index) => [0, 1, 2].map((axis) => places.centerWorldMm[3 * index + axis]!)),
    ),
  });
  const chosen = (values: Float64Array, indexes: readonly number[]): Float64Array =>
    Float64Array.from(indexes, (index) => values[index]!);
  const [m, n, e] = [kept(marks), kept(nodules), kept(excluded)];
  return {
    scans: count,
    marks: { ...placesOf(marks, m), score: chosen(marks.score, m) },
    nodules: { ...placesOf(nodules, n), diameterMm: chosen(nodules.diameterMm, n) },
    excluded: { ...placesOf(excluded, e), diameterMm: chosen(excluded.diameterMm, e) },
  };
}
