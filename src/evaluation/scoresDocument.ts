import type { Evaluation } from './evaluation.js';
import type { FindingScores } from './findingScores.js';

/** What is printed and stored of an evaluation: all but the long lists. */
export function scoresDocument(evaluation: Evaluation): Readonly<Record<string, unknown>> {
  const { run, epoch, holdout, classNames, part, seenInTraining, choseTheNetwork } = evaluation;
  const { scans, rows, positives, accuracy, majority, rocAuc, prAuc, brier, brierCorrected } = evaluation;
  const { rocAucInterval, rocAucIntervalNote, rocAucIntervalMethod, rocAucDelong } = evaluation;
  const { threshold, sensitivity, specificity, official, leftOut } = evaluation;
  return {
    ...{ run, epoch, holdout, classNames, part, seenInTraining, choseTheNetwork },
    ...{ scans, rows, positives, leftOut, accuracy, majority, rocAuc },
    ...{ rocAucInterval, rocAucIntervalNote, rocAucIntervalMethod, rocAucDelong },
    ...{ prAuc, threshold, sensitivity, specificity, brier, brierCorrected, official },
    ...findingsDocument(evaluation.findingScores),
  };
}

/** The same keys where no table of nodules knows the scans: null. */
export function findingsDocument(scores: FindingScores | null): Readonly<Record<string, unknown>> {
  return {
    cpm: scores?.cpm ?? null,
    cpmBand: scores?.cpmBand ?? null,
    sensitivities: scores?.sensitivities ?? null,
    frocCounts: scores?.counts ?? null,
    annotations: scores?.annotations ?? null,
    bySize: scores?.bySize ?? null,
  };
}
