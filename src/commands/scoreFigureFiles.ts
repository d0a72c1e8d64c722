import { join } from 'node:path';
import type { ClassNames } from '../config/classNames.js';
import type { FindingFroc } from '../evaluation/findingScores.js';
import type { PatchScores } from '../evaluation/patchScores.js';
import type { Chart } from '../figures/figure.js';
import { frocFigure } from '../figures/frocFigure.js';
import { precisionRecallFigure, reliabilityFigure, scoreHistogramFigure } from '../figures/scoreFigures.js';
import { rocFigure } from '../figures/rocFigure.js';
import { writeFileAtomically } from '../paths.js';
import { calibrationCurve } from '../scores/calibration.js';
import { calibrationBand } from '../scores/calibrationBand.js';
import type { PrecisionRecallPoint } from '../scores/precisionRecall.js';
import { bootstrapPrecisionRecall } from '../scores/precisionRecallBootstrap.js';
import type { RocPoint } from '../scores/roc.js';
import type { RocBand } from '../scores/rocBootstrap.js';
import { scanIndex } from '../scores/scanIndex.js';

/** Scored patches, as figures show them. */
export interface DrawnScores
  extends Pick<PatchScores, 'rocAuc' | 'rocAucInterval' | 'prAuc' | 'positives' | 'rows' | 'brier'> {
  readonly roc: readonly RocPoint[];
  readonly rocBand: RocBand | undefined;
  readonly precisionRecall: readonly PrecisionRecallPoint[];
  readonly froc: FindingFroc | undefined;
  readonly classes: readonly number[];
  readonly classNames: ClassNames;
  readonly probabilities: readonly number[];
  /** Of each patch. */
  readonly seriesUids: readonly string[];
}

const HISTOGRAM_BINS = 20;

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
  for (const [name, figure] of Object.entries(scoreFigures(scores)))
    writeFileAtomically(join(folder, `${name}.svg`), figure.svg());
}

/** The figures of scored patches, with their bands. */
export function scoreFigures(scores: DrawnScores): Readonly<Record<string, Chart>> {
  const { roc, rocBand, rocAuc, rocAucInterval, precisionRecall, prAuc, positives, rows, brier } = scores;
  const { classes, classNames: names, probabilities, froc } = scores;
  const scans = scanIndex(scores.seriesUids);
  const bins = calibrationCurve(probabilities, classes);
  // One scan alone does not say how scans differ.
  const isAlone = scans.scans < 2;
  const samples = isAlone ? undefined : bootstrapPrecisionRecall(probabilities, classes, scans);
  const intervals = isAlone ? undefined : calibrationBand(bins, probabilities, classes, scans);
  return {
    roc: rocFigure(roc, rocAuc, rocAucInterval, rocBand),
    pr: precisionRecallFigure(precisionRecall, prAuc, positives / rows, names, samples),
    reliability: reliabilityFigure(bins, brier, names, intervals),
    histogram: scoreHistogramFigure(probabilities, classes, HISTOGRAM_BINS, names),
    ...(froc === undefined ? {} : { froc: frocFigure(froc) }),
  };
}
