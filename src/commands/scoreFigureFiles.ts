import { join } from 'node:path';
import type { ClassNames } from '../config/classNames.js';
import type { FindingFroc } from '../evaluation/findingScores.js';
import type { PatchScores } from '../evaluation/patchScores.js';
import { frocFigure } from '../figures/frocFigure.js';
import { precisionRecallFigure, reliabilityFigure, scoreHistogramFigure } from '../figures/scoreFigures.js';
import { rocFigure } from '../figures/trainingFigures.js';
import { writeFileAtomically } from '../paths.js';
import { calibrationCurve } from '../scores/calibration.js';
import type { PrecisionRecallPoint } from '../scores/precisionRecall.js';
import type { RocPoint } from '../scores/roc.js';
import type { RocBand } from '../scores/rocBootstrap.js';

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
  const { roc, rocBand, rocAuc, rocAucInterval, precisionRecall, prAuc, positives, rows, brier } = scores;
  const { classes, classNames: names, probabilities, froc } = scores;
  const figures = {
    roc: rocFigure(roc, rocAuc, rocAucInterval, rocBand),
    pr: precisionRecallFigure(precisionRecall, prAuc, positives / rows, names),
    reliability: reliabilityFigure(calibrationCurve(probabilities, classes), brier, names),
    histogram: scoreHistogramFigure(probabilities, classes, HISTOGRAM_BINS, names),
    ...(froc === undefined ? {} : { froc: frocFigure(froc) }),
  };
  for (const [name, figure] of Object.entries(figures))
    writeFileAtomically(join(folder, `${name}.svg`), figure.svg());
}
