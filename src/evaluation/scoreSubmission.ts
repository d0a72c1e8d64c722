import { readAnnotations } from '../candidates/annotations.js';
import { readFolds } from '../candidates/folds.js';
import { readSeriesUids } from '../candidates/seriesUids.js';
import { InputError } from '../errors.js';
import { given } from '../given.js';
import type { FrocCounts } from '../scores/frocEvents.js';
import { type FoldScore, type FrocScore, officialRates, scoreFolds, scoreFroc } from '../scores/frocScore.js';
import { frocCaseOf, type ScanNumbers } from './frocCase.js';
import { readSubmission, type SubmissionColumns } from './submission.js';

/** A submission and the tables that it is scored by; paths. */
export interface ScoreSubmissionOptions {
  /** CSV: seriesuid, coordX, coordY, coordZ, probability. */
  readonly submission: string;
  /** Its own names of columns. */
  readonly columns?: SubmissionColumns;
  /** CSV of the nodules: seriesuid, coordX, coordY, coordZ, diameter_mm. */
  readonly annotations: string;
  /** CSV of findings that are neither right nor wrong to mark; left out: there are none. */
  readonly excluded?: string;
  /** Lists of the scans that are scored; with several, each is a fold, the first is fold 0. */
  readonly seriesUids: readonly string[];
  /** CSV (seriesuid, and subset or fold), or the folder with subset0/, subset1/, ... */
  readonly folds?: string;
  /** Of the bootstrap; LUNA16: 1000. */
  readonly samples?: number;
  readonly seed?: number;
}

/** Rows of the tables that do not lie in the scans that are scored, and rows that are there twice. */
export interface OtherRows {
  readonly marksOfOtherSeries: number;
  readonly nodulesOfOtherSeries: number;
  readonly excludedOfOtherSeries: number;
  /** Marks that say what an earlier one says; they count as often as they are there. */
  readonly repeatedRows: number;
}

/** LUNA16's score over all scans, and fold by fold. */
export interface SubmissionScore extends FrocScore {
  readonly counts: FrocCounts & OtherRows;
  /** False positives a scan at which `bootstrap.curve` has its bands. */
  readonly rates: Float64Array;
  readonly folds: readonly FoldScore[];
  /** What a reader of the score should know. */
  readonly notes: readonly string[];
}

/**
 * LUNA16's official score of a submission: FROC curve, seven sensitivities and their mean (CPM) with 95 % bands from a bootstrap
 * by scan, over all scans and fold by fold. Throws InputError with file, line and what to do.
 * @example
 * const { cpm, sensitivities } = scoreSubmission({
 *   submission: inRepository('runs/start/predictions.csv'),
 *   annotations: inRepository('data/raw/annotations.csv'),
 *   excluded: inRepository('data/raw/annotations_excluded.csv'),
 *   seriesUids: [inRepository('data/raw/seriesuids.csv')],
 * });
 * console.log(cpm, sensitivities);
 */
export function scoreSubmission(options: ScoreSubmissionOptions): SubmissionScore {
  const { samples, seed } = options;
  const lists = options.seriesUids.map(readSeriesUids);
  const scans = numbered(lists, options.seriesUids);
  const nodules = readAnnotations(options.annotations);
  const excluded = options.excluded === undefined ? [] : readAnnotations(options.excluded);
  const foldOf = foldsOf(options, lists, scans);
  const submission = readSubmission(options.submission, options.columns);
  const frocCase = frocCaseOf(scans, submission, nodules, excluded);
  if (frocCase.nodules.scan.length === 0)
    throw new InputError(
      options.annotations,
      `expected nodules of the series of ${options.seriesUids.join(', ')}, found none among ${nodules.length} rows: without a nodule there is no sensitivity`,
    );
  const bootstrap = given({ samples, seed });
  const rates = officialRates();
  const score = scoreFroc(frocCase, { ...bootstrap, rates });
  const counts = {
    ...score.counts,
    marksOfOtherSeries: submission.score.length - score.counts.marks,
    nodulesOfOtherSeries: nodules.length - score.counts.nodules,
    excludedOfOtherSeries: excluded.length - score.counts.excludedFindings,
    repeatedRows: submission.repeatedRows,
  };
  const folds = foldOf === undefined ? [] : scoreFolds(frocCase, foldOf, bootstrap);
  const scansInNoFold = foldOf === undefined ? 0 : foldOf.filter((fold) => fold < 0).length;
  return { ...score, counts, rates, folds, notes: notesOf(counts, score, folds, scansInNoFold) };
}

function numbered(lists: readonly (readonly string[])[], files: readonly string[]): ScanNumbers {
  const scans = new Map<string, number>();
  for (const [i, list] of lists.entries())
    for (const uid of list) {
      if (scans.has(uid))
        throw new InputError(files[i]!, `expected series of no other list, received ${uid} again`);
      scans.set(uid, scans.size);
    }
  return scans;
}

/** (scans); -1 = in no fold. Undefined where nobody asked for folds. */
function foldsOf(
  { folds, seriesUids }: ScoreSubmissionOptions,
  lists: readonly (readonly string[])[],
  scans: ScanNumbers,
): Int32Array | undefined {
  if (folds === undefined)
    return seriesUids.length < 2
      ? undefined
      : Int32Array.from(lists.flatMap((list, fold) => list.map(() => fold)));
  const known = readFolds(folds);
  const foldOf = Int32Array.from(scans.keys(), (uid) => known.get(uid) ?? -1);
  if (foldOf.every((fold) => fold < 0))
    throw new InputError(
      folds,
      `expected folds of the series of ${seriesUids.join(', ')}, found none of them among ${known.size} series`,
    );
  return foldOf;
}

function notesOf(
  counts: FrocCounts & OtherRows,
  { bootstrap }: FrocScore,
  folds: readonly FoldScore[],
  scansInNoFold: number,
): string[] {
  const without = folds.filter(({ cpm }) => cpm === null).map(({ fold }) => fold);
  const notes: readonly (readonly [boolean, string])[] = [
    [counts.hitNodules === 0, 'no mark hit a nodule: CPM is 0 (the official program says nan)'],
    [counts.scans === 1, 'one scan alone does not say how scans differ: its bands have no width'],
    [counts.marks === 0, 'no mark lies in a scan that is scored'],
    [
      counts.marksOfOtherSeries > 0,
      `${counts.marksOfOtherSeries} marks of series that are not scored were ignored`,
    ],
    [
      counts.nodulesOfOtherSeries > 0,
      `${counts.nodulesOfOtherSeries} nodules of series that are not scored were ignored`,
    ],
    [
      counts.excludedOfOtherSeries > 0,
      `${counts.excludedOfOtherSeries} excluded findings of series that are not scored were ignored`,
    ],
    [
      counts.marksOverLimit > 0,
      `${counts.marksOverLimit} marks were left out: at most 100 a scan count, those above the score of the 101st`,
    ],
    [counts.repeatedRows > 0, `${counts.repeatedRows} rows of the submission are there twice; each counts`],
    [
      scansInNoFold > 0,
      `${scansInNoFold} scans lie in no fold: they count in the score over all scans alone`,
    ],
    [without.length > 0, `no nodule in fold ${without.join(', ')}: it has no score`],
    [
      bootstrap.samplesWithoutNodule > 0,
      `${bootstrap.samplesWithoutNodule} bootstrap samples have no nodule and are in no band`,
    ],
  ];
  return notes.filter(([holds]) => holds).map(([, note]) => note);
}
