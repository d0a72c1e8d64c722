import { CLASS_NAMES, type ClassNames } from '../config/classNames.js';
import type { CalibrationBin } from '../scores/calibration.js';
import type { ShareInterval } from '../scores/calibrationBand.js';
import type { PrecisionRecallPoint } from '../scores/precisionRecall.js';
import type { PrecisionRecallBootstrap } from '../scores/precisionRecallBootstrap.js';
import { type Chart, chart } from './charts/chart.js';
import { bootstrapBand, type ChartPart, comparison, PALETTE } from './charts/chartSpec.js';
import { shortNumber } from './charts/chartText.js';
import { thinnedCurve } from './charts/thinnedCurve.js';

/** More counts than this do not fit beside each other. */
const MOST_COUNTS = 12;
/** Samples of fewer differ too little. */
const FEW_SCANS = 10;

/** Where a precision-recall curve may lie, and its area: as bootstrapPrecisionRecall() says. */
export type DrawnPrecisionRecallBand = Pick<PrecisionRecallBootstrap, 'interval' | 'band' | 'scans'>;

/**
 * The precision-recall curve with its area (average precision), chance (the share of positives), and the bootstrap's 95 % band where there
 * is one.
 * @example
 * const points = precisionRecallCurve([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0]);
 * display(precisionRecallFigure(points, averagePrecision(points), 0.5));
 */
export function precisionRecallFigure(
  points: readonly PrecisionRecallPoint[],
  averagePrecision: number,
  positiveShare: number,
  names: ClassNames = CLASS_NAMES,
  samples?: DrawnPrecisionRecallBand,
): Chart {
  const band = samples?.band;
  const range =
    samples === undefined ? '' : ` (95 % ${samples.interval.map((end) => end.toFixed(3)).join(' to ')})`;
  const curve = thinnedCurve(
    points,
    ({ recall }) => recall,
    ({ precision }) => precision,
  );
  return chart({
    title:
      samples === undefined
        ? `PR AUC ${averagePrecision.toFixed(3)} (average precision; chance ${positiveShare.toFixed(3)})`
        : `PR AUC ${averagePrecision.toFixed(3)}${range}, chance ${positiveShare.toFixed(3)}`,
    x: { title: 'recall (sensitivity)', range: [0, 1] },
    y: { title: 'precision', range: [0, 1] },
    traces: [
      { name: 'patches', ...curve },
      comparison(`chance: share of ${names[1]}`, [0, 1], [positiveShare, positiveShare]),
    ],
    ...(band && { bands: [bootstrapBand(band.recall, band.low, band.high)] }),
    says: [
      `average precision ${averagePrecision.toFixed(4)}${range}; a ranking by chance has ${positiveShare.toFixed(4)}`,
      ...precisionSays(points),
      ...(samples !== undefined && samples.scans < FEW_SCANS
        ? [`of ${samples.scans} scans: band and interval are too narrow for so few`]
        : []),
    ],
  });
}

/** Precision where half, four fifths and nine tenths are found. */
function precisionSays(points: readonly PrecisionRecallPoint[]): string[] {
  return [0.5, 0.8, 0.9].flatMap((wanted) => {
    const point = points.find(({ recall }) => recall >= wanted);
    if (point === undefined) return [];
    return [
      `recall ${point.recall.toFixed(3)}: precision ${point.precision.toFixed(3)} (at least ${shortNumber(point.threshold)})`,
    ];
  });
}

/**
 * Share of nodules over mean probability of each bin, on the diagonal where calibrated, with the 95 % interval of each bin (as
 * calibrationBand() says) where there is one; below it the bins' numbers of patches.
 * @example
 * const [probabilities, classes] = [[0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0]];
 * const bins = calibrationCurve(probabilities, classes, { bins: 2 });
 * display(reliabilityFigure(bins, brierScore(probabilities, classes)));
 */
export function reliabilityFigure(
  bins: readonly CalibrationBin[],
  brierScore: number,
  names: ClassNames = CLASS_NAMES,
  intervals?: readonly ShareInterval[],
): Chart {
  const patches = bins.reduce((sum, { count }) => sum + count, 0);
  return chart({
    title: `Reliability: Brier score ${brierScore.toFixed(4)}, ${patches.toLocaleString('en')} patches`,
    x: { title: 'predicted probability (mean of the bin)', range: [0, 1] },
    y: { title: `share of ${names[1]}`, range: [0, 1] },
    traces: [
      {
        name: `share of ${names[1]}`,
        x: bins.map(({ meanProbability }) => meanProbability),
        y: bins.map(({ positiveShare }) => positiveShare),
        ...{ color: PALETTE[0], markers: true },
      },
      comparison('calibrated', [0, 1], [0, 1]),
    ],
    below: [countsPart(bins)],
    ...(intervals && {
      bands: [
        bootstrapBand(
          bins.map(({ meanProbability }) => meanProbability),
          intervals.map(({ low }) => low),
          intervals.map(({ high }) => high),
          '95 % interval, scans drawn anew',
        ),
      ],
    }),
    says: bins.map(({ count, meanProbability, positiveShare }, at) => {
      const { low, high } = intervals?.[at] ?? {};
      const range = low === undefined ? '' : ` (95 % ${low.toFixed(3)} to ${high!.toFixed(3)})`;
      return `mean probability ${meanProbability.toFixed(3)}: share of ${names[1]} ${positiveShare.toFixed(3)}${range}, ${count.toLocaleString('en')} patches`;
    }),
  });
}

function countsPart(bins: readonly CalibrationBin[]): ChartPart {
  const most = bins.reduce((highest, { count }) => Math.max(highest, count), 1);
  return {
    y: { title: 'patches', range: [0, 1.25 * most] },
    traces: [
      {
        ...{ name: 'patches of the bin', color: '#92bfdf' },
        x: bins.map(({ low, high }) => (low + high) / 2),
        y: bins.map(({ count }) => count),
        bars: { width: bins.map(({ low, high }) => 0.94 * (high - low)) },
        ...(bins.length > MOST_COUNTS ? {} : { labels: bins.map(({ count }) => count.toLocaleString('en')) }),
      },
    ],
  };
}

/**
 * Share of each class's patches in `bins` equal parts of the probability: each class for itself, as nodules are rare.
 * @example
 * display(scoreHistogramFigure([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0], 10));
 */
export function scoreHistogramFigure(
  probabilities: ArrayLike<number>,
  classes: ArrayLike<number>,
  bins = 20,
  names: ClassNames = CLASS_NAMES,
): Chart {
  const named = ([0, 1] as const).map((wanted) => {
    const counts = countsOf(probabilities, classes, wanted, bins);
    const patches = counts.reduce((sum, count) => sum + count, 0);
    const shares = Array.from(counts, (count) => (patches === 0 ? 0 : (100 * count) / patches));
    return { name: `${names[wanted]} (${patches.toLocaleString('en')})`, shares };
  });
  return chart({
    title: `Probabilities of ${names[1]} and ${names[0]}`,
    x: { title: 'probability', range: [0, 1] },
    y: { title: "share of the class's patches (%)", range: [0, 100] },
    traces: named.map(({ name, shares }, index) => ({
      name,
      x: shares.flatMap((_, bin) => [bin / bins, (bin + 1) / bins]),
      y: shares.flatMap((share) => [share, share]),
      color: PALETTE[index]!,
    })),
    says: named.map(({ name, shares }) => `${name}: ${shares.map((share) => share.toFixed(1)).join(', ')} %`),
  });
}

function countsOf(
  probabilities: ArrayLike<number>,
  classes: ArrayLike<number>,
  wanted: number,
  bins: number,
): Float64Array {
  const counts = new Float64Array(bins);
  for (let i = 0; i < probabilities.length; i++)
    if (classes[i] === wanted) counts[Math.min(bins - 1, Math.floor(probabilities[i]! * bins))]!++;
  return counts;
}
