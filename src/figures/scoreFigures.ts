import { CLASS_NAMES, type ClassNames } from '../config/classNames.js';
import type { CalibrationBin } from '../scores/calibration.js';
import type { PrecisionRecallPoint } from '../scores/precisionRecall.js';
import { type Chart, chart, PALETTE } from './figure.js';
import { thinnedCurve } from './thinnedCurve.js';

/** More counts than this do not fit beside each other. */
const MOST_COUNTS = 12;

/**
 * The precision-recall curve with its area (average precision), and chance: the share of positives.
 * @example
 * const points = precisionRecallCurve([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0]);
 * display(precisionRecallFigure(points, averagePrecision(points), 0.5));
 */
export function precisionRecallFigure(
  points: readonly PrecisionRecallPoint[],
  averagePrecision: number,
  positiveShare: number,
  names: ClassNames = CLASS_NAMES,
): Chart {
  const curve = thinnedCurve(
    points,
    ({ recall }) => recall,
    ({ precision }) => precision,
  );
  return chart({
    title: `PR AUC ${averagePrecision.toFixed(3)} (average precision; chance ${positiveShare.toFixed(3)})`,
    x: { title: 'recall (sensitivity)', range: [0, 1] },
    y: { title: 'precision', range: [0, 1] },
    traces: [
      { name: 'patches', ...curve },
      {
        name: `chance: share of ${names[1]}`,
        ...{ x: [0, 1], y: [positiveShare, positiveShare], color: '#8c8c8c', dash: 'dot', width: 1 },
      },
    ],
  });
}

/**
 * Share of nodules over mean probability of each bin, on the diagonal where calibrated; below it the bins' numbers of patches.
 * @example
 * const [probabilities, classes] = [[0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0]];
 * const bins = calibrationCurve(probabilities, classes, { bins: 2 });
 * display(reliabilityFigure(bins, brierScore(probabilities, classes)));
 */
export function reliabilityFigure(
  bins: readonly CalibrationBin[],
  brierScore: number,
  names: ClassNames = CLASS_NAMES,
): Chart {
  const patches = bins.reduce((sum, { count }) => sum + count, 0);
  const outline = bins.flatMap(({ low, high, count }) => {
    const top = count / patches;
    const label = bins.length <= MOST_COUNTS ? count.toLocaleString('en') : '';
    return [
      { x: low, y: 0, label: '' },
      { x: low, y: top, label: '' },
      { x: (low + high) / 2, y: top, label },
      { x: high, y: top, label: '' },
      { x: high, y: 0, label: '' },
    ];
  });
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
      { name: 'calibrated', x: [0, 1], y: [0, 1], color: '#8c8c8c', dash: 'dot', width: 1 },
      {
        name: 'share of all patches in the bin, with their number',
        x: outline.map(({ x }) => x),
        y: outline.map(({ y }) => y),
        labels: outline.map(({ label }) => label),
        ...{ color: '#b7d5ea', width: 1 },
      },
    ],
  });
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
