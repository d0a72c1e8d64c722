import { type AreaWithInterval, areaWithInterval } from '../scores/areaWithInterval.js';
import { brierScore } from '../scores/calibration.js';
import { accuracyOf, majorityAccuracy } from '../scores/classification.js';
import { operatingPoint } from '../scores/operatingPoint.js';
import {
  averagePrecision,
  type PrecisionRecallPoint,
  precisionRecallCurve,
} from '../scores/precisionRecall.js';
import { rocArea } from '../scores/roc.js';
import { BAND_RATES } from '../scores/rocBootstrap.js';

/** Predicted patches, one value a row. */
export interface PredictedPatches {
  readonly probabilities: ArrayLike<number>;
  readonly classes: readonly number[];
  readonly notrain: ArrayLike<number>;
  readonly seriesUids: readonly string[];
  /** From which on a patch is called a nodule: from validation rows, or 0.5. One a row, as folds have their own. */
  readonly thresholds: ArrayLike<number>;
  /** Probabilities for the share of nodules in the data. */
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

/** Throws RangeError for rows of one class, and for NaN. */
export function patchScores(patches: PredictedPatches): {
  readonly scores: PatchScores;
  readonly area: AreaWithInterval;
  readonly precisionRecall: readonly PrecisionRecallPoint[];
} {
  const { probabilities, classes, notrain, seriesUids, thresholds, corrected } = patches;
  const area = areaWithInterval(probabilities, classes, seriesUids, { rates: BAND_RATES });
  const official = classes.flatMap((_, row) => (notrain[row] === 0 ? [row] : []));
  const above = Array.from(probabilities, (probability, i) => probability - thresholds[i]!);
  const { sensitivity, specificity } = operatingPoint(above, classes, 0);
  const precisionRecall = precisionRecallCurve(probabilities, classes);
  return {
    area,
    precisionRecall,
    scores: {
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
      official: officialScores(patches, official),
      leftOut: classes.length - official.length,
    },
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

function officialScores(
  { probabilities, classes }: PredictedPatches,
  rows: readonly number[],
): OfficialScores {
  const own = rows.map((row) => classes[row]!);
  if (new Set(own).size < 2) return { rows: rows.length, rocAuc: null };
  const { area } = rocArea(
    rows.map((row) => probabilities[row]!),
    own,
  );
  return { rows: rows.length, rocAuc: area };
}
