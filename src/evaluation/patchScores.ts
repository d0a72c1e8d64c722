import { type AreaWithInterval, areaWithInterval } from '../scores/areaWithInterval.js';
import { brierScore } from '../scores/calibration.js';
import { accuracyOf, majorityAccuracy } from '../scores/classification.js';
import { operatingPoint } from '../scores/operatingPoint.js';
import {
  averagePrecision,
  type PrecisionRecallPoint,
  precisionRecallCurve,
} from '../scores/precisionRecall.js';
import { type RocPoint, rocArea, rocCurve } from '../scores/roc.js';
import { BAND_RATES, type RocBand } from '../scores/rocBootstrap.js';
import type { ScoredFinding } from './predictionTable.js';

/** Predicted patches. */
export interface PredictedPatches {
  readonly findings: readonly ScoredFinding[];
  /** From which on a patch is called a nodule: from validation rows, or 0.5. One a finding, as folds have their own. */
  readonly thresholds: ArrayLike<number>;
  /** Probabilities for the share of nodules in the data, one a finding. */
  readonly corrected: ArrayLike<number>;
}

/** Scores of the rows that training would leave out, apart; LUNA16's score ignores them. */
export interface OfficialScores {
  readonly rows: number;
  /** Null for rows of one class. */
  readonly rocAuc: number | null;
}

/** What `evaluate --json` and scores.json say of patches. */
export interface PatchScores {
  readonly scans: number;
  readonly rows: number;
  readonly positives: number;
  readonly accuracy: number;
  /** Accuracy of who calls every patch the same. */
  readonly majority: number;
  readonly rocAuc: number;
  /** 95 %, by scan; of one scan alone DeLong's. Null where it is not defined. */
  readonly rocAucInterval: readonly [low: number, high: number] | null;
  readonly rocAucIntervalNote: string | null;
  readonly rocAucIntervalMethod: 'bootstrap by scan' | 'exact bound' | 'DeLong' | null;
  /** 95 %, as if all patches were independent. */
  readonly rocAucDelong: readonly [low: number, high: number] | null;
  /** Average precision. */
  readonly prAuc: number;
  /** At the threshold. */
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  readonly brier: number;
  /** Of the probabilities as they would be, had training seen nodules as rarely as they are. */
  readonly brierCorrected: number;
  /** Without the rows that training would leave out (notrain). */
  readonly official: OfficialScores;
  /** How many those are. */
  readonly leftOut: number;
}

/** With the curves that its figures show. */
export interface ScoredPatches extends PatchScores {
  readonly roc: readonly RocPoint[];
  /** Of resampled scans, where there are some. */
  readonly rocBand: RocBand | undefined;
  readonly precisionRecall: readonly PrecisionRecallPoint[];
}

/** Throws RangeError for rows of one class, and for NaN. */
export function patchScores({ findings, thresholds, corrected }: PredictedPatches): ScoredPatches {
  const probabilities = findings.map(({ probability }) => probability);
  const classes = findings.map((finding) => finding.class);
  const seriesUids = findings.map(({ seriesUid }) => seriesUid);
  const area = areaWithInterval(probabilities, classes, seriesUids, { rates: BAND_RATES });
  const above = probabilities.map((probability, i) => probability - thresholds[i]!);
  const { sensitivity, specificity } = operatingPoint(above, classes, 0);
  const precisionRecall = precisionRecallCurve(probabilities, classes);
  const official = findings.filter(({ notrain }) => notrain === 0);
  return {
    scans: area.scans,
    rows: classes.length,
    positives: area.positives,
    accuracy: accuracyOf(probabilities, classes),
    majority: majorityAccuracy(classes),
    rocAuc: area.area,
    ...intervalOf(area),
    rocAucDelong: area.delong,
    prAuc: averagePrecision(precisionRecall),
    sensitivity,
    specificity,
    brier: brierScore(probabilities, classes),
    brierCorrected: brierScore(corrected, classes),
    official: officialScores(official),
    leftOut: findings.length - official.length,
    roc: rocCurve(probabilities, classes),
    rocBand: area.byScan?.band,
    precisionRecall,
  };
}

type IntervalKeys = 'rocAucInterval' | 'rocAucIntervalNote' | 'rocAucIntervalMethod';

/** Within one scan there is an interval of its patches, which says nothing of other scans. */
function intervalOf({
  interval,
  method,
  note,
  delong,
  scans,
}: AreaWithInterval): Pick<PatchScores, IntervalKeys> {
  if (interval === null && scans === 1 && delong !== null)
    return {
      rocAucInterval: delong,
      rocAucIntervalNote: 'of the patches of one scan: it says nothing of other scans',
      rocAucIntervalMethod: 'DeLong',
    };
  return { rocAucInterval: interval, rocAucIntervalNote: note, rocAucIntervalMethod: method };
}

function officialScores(findings: readonly ScoredFinding[]): OfficialScores {
  const classes = findings.map((finding) => finding.class);
  if (new Set(classes).size < 2) return { rows: findings.length, rocAuc: null };
  const probabilities = findings.map(({ probability }) => probability);
  return { rows: findings.length, rocAuc: rocArea(probabilities, classes).area };
}
