import { given } from '../given.js';
import { positivesAmong } from './cases.js';
import { independentPairs, perfectAreaBound, type ScanCounts } from './perfectBound.js';
import { quantile } from './quantile.js';
import { rocArea } from './roc.js';
import { bootstrapRoc, type RocBand, type RocBootstrap, type RocBootstrapOptions } from './rocBootstrap.js';
import { type ScanIndex, scanIndex } from './scanIndex.js';
import { studentT95 } from './studentT.js';

/** The two ends of an interval. */
type Interval = readonly [low: number, high: number];

/** Areas of samples of scans. */
export interface AreaByScan {
  /** 95 %: on the logit scale, with the samples' standard deviation and Student's t for the number of scans. */
  readonly interval: Interval;
  /** The samples' own 2.5 % and 97.5 % quantiles; too narrow for few scans, given for comparison. */
  readonly percentile: Interval;
  /** Standard deviation of the samples. */
  readonly standardError: number;
  readonly rounds: number;
  /** Samples of one class alone, which have no area. */
  readonly withoutBothClasses: number;
  /** Undefined when no rates were asked for. */
  readonly band?: RocBand;
}

/** Area under the ROC curve with an interval that is honest at its limits. */
export interface AreaWithInterval extends ScanCounts {
  readonly area: number;
  /** 95 %; null where it is not defined. */
  readonly interval: Interval | null;
  /** Where `interval` comes from; null without one. */
  readonly method: 'bootstrap by scan' | 'exact bound' | null;
  /** In words: why there is no interval, or what this one is; null where nothing needs saying. */
  readonly note: string | null;
  /** 95 %, as if all patches were independent; null where its standard error is 0 or not defined. */
  readonly delong: Interval | null;
  /** Null where scans say nothing about the spread of the area. */
  readonly byScan: AreaByScan | null;
  readonly positives: number;
  readonly negatives: number;
}

/** Fewer than so many scans with nodules, or with others, make an interval wide and rough. */
const FEW_SCANS = 10;

/**
 * Area, DeLong's interval, and one by scan; which of them is to be printed is `interval`. `scanOf`: a series uid a case. Throws RangeError
 * without both classes, for NaN and unequal lengths.
 *
 * The interval is area's logit +- t s, back on the scale of the area, where s = (samples' standard deviation) / (area (1 - area)) *
 * sqrt(k / (k - 1)), t is Student's for k - 1 degrees of freedom, and k is the smaller of the numbers of scans with
 * positives and with negatives. The logit keeps it within 0 and 1 (Pepe, The Statistical Evaluation of Medical Tests, 2003,
 * 5.2); the factor and t mend that samples of few scans spread too little (Hesterberg, The American Statistician 69, 2015).
 * @example
 * const series = ['1.2.3', '1.2.3', '1.2.4', '1.2.4'];
 * const { area, note } = areaWithInterval([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0], series);
 * area //=> 0.75
 * console.log(note);
 */
export function areaWithInterval(
  probabilities: ArrayLike<number>,
  classes: ArrayLike<number>,
  scanOf: ArrayLike<string | number>,
  options: RocBootstrapOptions = {},
): AreaWithInterval {
  if (scanOf.length !== probabilities.length)
    throw new RangeError(
      `Expected one scan a score, received ${scanOf.length} for ${probabilities.length} scores`,
    );
  const { area, standardError, interval, positives, negatives } = rocArea(probabilities, classes);
  const index = scanIndex(scanOf);
  const counts = { ...countsOf(index, classes), positives, negatives };
  const isDefined = Math.min(positives, negatives) > 1 && standardError > 0;
  const delong = isDefined ? interval : null;
  const why = whyUndefined(counts, isConstant(probabilities));
  if (why !== null) return { area, interval: null, method: null, note: why, delong, byScan: null, ...counts };
  const boot = bootstrapRoc(probabilities, classes, index, options);
  return { area, ...choice(area, counts, boot), delong, ...counts };
}

interface Counts extends ScanCounts {
  readonly positives: number;
  readonly negatives: number;
}

type Choice = Pick<AreaWithInterval, 'interval' | 'method' | 'note' | 'byScan'>;

function choice(area: number, counts: Counts, boot: RocBootstrap): Choice {
  if (area === 0 || area === 1) return { ...perfect(area, counts), byScan: null };
  const spread = standardDeviation(boot.areas);
  const clusters = Math.min(counts.scansWithPositives, counts.scansWithNegatives);
  if (!(spread > 1e-12))
    return {
      interval: null,
      method: null,
      note: 'no interval: every sample of scans has the same area, so that scans say nothing about its spread',
      byScan: null,
    };
  const half =
    (studentT95(clusters - 1) * spread * Math.sqrt(clusters / (clusters - 1))) / (area * (1 - area));
  const center = Math.log(area / (1 - area));
  const interval: Interval = [logistic(center - half), logistic(center + half)];
  const { areas, rounds, withoutBothClasses, band } = boot;
  return {
    interval,
    method: 'bootstrap by scan',
    note: fewScans(counts),
    byScan: {
      interval,
      percentile: [quantile(areas, 0.025), quantile(areas, 0.975)],
      standardError: spread,
      rounds,
      withoutBothClasses,
      ...given({ band }),
    },
  };
}

/** An area of 1 or 0: nothing spreads, yet other scans might be ranked wrongly. */
function perfect(area: number, counts: Counts): Omit<Choice, 'byScan'> {
  const pairs = independentPairs(counts);
  const bound = perfectAreaBound(pairs);
  const what = area === 1 ? 'separated without an error' : 'ranked the wrong way round without exception';
  return {
    interval: area === 1 ? [bound, 1] : [0, 1 - bound],
    method: 'exact bound',
    note: `the classes are ${what}: the interval is an exact bound from ${said(pairs, 'independent pair')} of scans`,
  };
}

function whyUndefined(counts: Counts, constant: boolean): string | null {
  const { positives, negatives, scans, scansWithPositives, scansWithNegatives } = counts;
  if (constant) return 'no interval: all scores are equal, so that nothing is ranked';
  if (positives === 1) return 'no interval: one positive alone does not say how positives differ';
  if (negatives === 1) return 'no interval: one negative alone does not say how negatives differ';
  if (scans === 1) return 'no interval: one scan alone does not say how scans differ';
  if (scansWithPositives === 1)
    return `no interval: all ${positives} positives are of one scan, which does not say how scans differ`;
  if (scansWithNegatives === 1)
    return `no interval: all ${negatives} negatives are of one scan, which does not say how scans differ`;
  return null;
}

function fewScans({ scansWithPositives, scansWithNegatives }: Counts): string | null {
  if (Math.min(scansWithPositives, scansWithNegatives) >= FEW_SCANS) return null;
  const which =
    scansWithPositives <= scansWithNegatives
      ? `${scansWithPositives} scans with positives`
      : `${scansWithNegatives} scans with negatives`;
  return `the interval is rough: it rests on ${which}`;
}

function countsOf({ scans, scanOf }: ScanIndex, classes: ArrayLike<number>): ScanCounts {
  const having = (wanted: 0 | 1): number => {
    const found = new Uint8Array(scans);
    for (let i = 0; i < scanOf.length; i++) if (classes[i] === wanted) found[scanOf[i]!] = 1;
    return positivesAmong(found);
  };
  return { scans, scansWithPositives: having(1), scansWithNegatives: having(0) };
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function said(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
