import { join } from 'node:path';
import type { ClassNames } from '../config/classNames.js';
import type { FindingFroc } from '../evaluation/findingScores.js';
import type { ScoredPatches } from '../evaluation/patchScores.js';
import type { PredictedFinding } from '../evaluation/predictionTable.js';
import type { Chart } from '../figures/charts/chart.js';
import { frocFigure } from '../figures/frocFigure.js';
import { rocFigure } from '../figures/rocFigure.js';
import { precisionRecallFigure, reliabilityFigure, scoreHistogramFigure } from '../figures/scoreFigures.js';
import { writeFileAtomically } from '../paths.js';
import { calibrationCurve } from '../scores/calibration.js';
import { calibrationBand } from '../scores/calibrationBand.js';
import { bootstrapPrecisionRecall } from '../scores/precisionRecallBootstrap.js';
import { scanIndex } from '../scores/scanIndex.js';

/** Scored patches, as figures show them. */
export interface DrawnScores extends ScoredPatches {
  readonly froc: FindingFroc | undefined;
  readonly findings: readonly PredictedFinding[];
  readonly classNames: ClassNames;
}

const HISTOGRAM_BINS = 20;

/** Figures of patches, as their files are called. */
export type ScoreFigure = 'roc' | 'pr' | 'reliability' | 'histogram';

/** Paths of what drawScores() writes. */
export function scoreFigureFiles(
  folder: string,
  { froc }: Pick<DrawnScores, 'froc'>,
): Readonly<Record<string, string>> {
  const names = ['roc', ...(froc === undefined ? [] : ['froc']), 'pr', 'reliability', 'histogram'];
  return Object.fromEntries(names.map((name) => [name, join(folder, `${name}.svg`)]));
}

/** Writes roc.svg, pr.svg, reliability.svg, histogram.svg and, by the readers' nodules, froc.svg. Throws EnvironmentError. */
export function drawScores(folder: string, scores: DrawnScores): void {
  for (const [name, file] of Object.entries(scoreFigureFiles(folder, scores))) {
    const figure = name === 'froc' ? frocFigure(scores.froc!) : scoreFigure(name as ScoreFigure, scores);
    writeFileAtomically(file, figure.svg());
  }
}

/** One of the figures of scored patches, with its band. */
export function scoreFigure(
  name: ScoreFigure,
  { findings, classNames: names, ...scores }: Omit<DrawnScores, 'froc'>,
): Chart {
  const classes = findings.map((finding) => finding.class);
  const probabilities = findings.map(({ probability }) => probability);
  const scans = scanIndex(findings.map(({ seriesUid }) => seriesUid));
  switch (name) {
    case 'roc':
      return rocFigure(scores.roc, scores.rocAuc, scores.rocAucInterval, scores.rocBand);
    case 'pr': {
      // One scan alone does not say how scans differ.
      const samples = scans.scans < 2 ? undefined : bootstrapPrecisionRecall(probabilities, classes, scans);
      const { precisionRecall, prAuc, positives, rows } = scores;
      return precisionRecallFigure(precisionRecall, prAuc, positives / rows, names, samples);
    }
    case 'reliability': {
      const bins = calibrationCurve(probabilities, classes);
      const intervals = scans.scans < 2 ? undefined : calibrationBand(bins, probabilities, classes, scans);
      return reliabilityFigure(bins, scores.brier, names, intervals);
    }
    case 'histogram':
      return scoreHistogramFigure(probabilities, classes, HISTOGRAM_BINS, names);
  }
}
