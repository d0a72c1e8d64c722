import { type Annotation, findingAt } from '../candidates/annotations.js';
import { groupBySeries } from '../candidates/groupBySeries.js';
import type { FrocCounts } from '../scores/frocEvents.js';
import { type FrocScore, officialRates, scoreFroc } from '../scores/frocScore.js';
import { type SizeScores, scoresBySize } from '../scores/noduleSize.js';
import { frocCaseOf } from './frocCase.js';
import type { PredictedFinding } from './predictionTable.js';
import type { ReadersTables } from './readersTables.js';

/** LUNA16's score of predicted candidates, with what its figure needs. */
export interface FindingFroc extends FrocScore {
  /** False positives a scan at which the curve has its bands. */
  readonly rates: Float64Array;
}

/** What `evaluate --json` and scores.json say of findings. */
export interface FindingScores {
  /** Mean sensitivity at 1/8 to 8 false positives a scan. */
  readonly cpm: number;
  /** 95 %, of resampled scans; null for one scan alone, which does not say how scans differ. */
  readonly cpmBand: readonly [lower: number, upper: number] | null;
  /** (7), at 1/8, 1/4, 1/2, 1, 2, 4, 8. */
  readonly sensitivities: readonly number[];
  readonly counts: FrocCounts;
  /** The readers' table of nodules. */
  readonly annotations: string;
  readonly bySize: readonly SizeScores[];
}

/**
 * Scores the candidates of `seriesUids` by the nodules that readers marked: also those that no candidate hits. Every candidate is a
 * mark, as in a submission; the sizes are of candidates of class 1, at the thresholds (one a candidate).
 */
export function findingScores(
  findings: readonly PredictedFinding[],
  { annotations, nodules, excluded }: ReadersTables,
  thresholds: ArrayLike<number>,
): { readonly scores: FindingScores; readonly froc: FindingFroc } {
  const scans = new Map<string, number>();
  for (const { seriesUid } of findings) if (!scans.has(seriesUid)) scans.set(seriesUid, scans.size);
  const probabilities = findings.map(({ probability }) => probability);
  const marks = {
    series: [...scans.keys()],
    seriesOf: Int32Array.from(findings, ({ seriesUid }) => scans.get(seriesUid)!),
    centerWorldMm: Float64Array.from(findings.flatMap(({ centerWorldMm }) => centerWorldMm)),
    score: Float64Array.from(probabilities),
  };
  const rates = officialRates();
  const froc = scoreFroc(frocCaseOf(scans, marks, nodules, excluded), { rates });
  const classes = findings.map((finding) => finding.class);
  const { cpm, sensitivities, counts, bootstrap } = froc;
  return {
    froc: { ...froc, rates },
    scores: {
      ...{ cpm, sensitivities, counts, annotations },
      cpmBand: scans.size < 2 ? null : [bootstrap.cpm.lower, bootstrap.cpm.upper],
      bySize: scoresBySize(probabilities, classes, diametersMm(findings, nodules), thresholds),
    },
  };
}

/** Of the nearest nodule that each candidate hits; null where it hits none. */
function diametersMm(
  findings: readonly PredictedFinding[],
  nodules: readonly Annotation[],
): (number | null)[] {
  const ofScan = groupBySeries(nodules);
  return findings.map(
    ({ seriesUid, centerWorldMm }) =>
      findingAt(ofScan.get(seriesUid) ?? [], centerWorldMm)?.diameterMm ?? null,
  );
}
