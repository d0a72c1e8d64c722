import { OPERATING_POINTS } from '../scores/froc.js';
import type { FrocScore } from '../scores/frocScore.js';
import { type Chart, chart } from './charts/chart.js';
import { bootstrapBand, PALETTE } from './charts/chartSpec.js';

/** What a FROC figure is drawn from. */
export type DrawableFroc = Pick<FrocScore, 'cpm' | 'sensitivities' | 'curve' | 'bootstrap'> & {
  /** False positives a scan at which `bootstrap.curve` has its bands. */
  readonly rates: ArrayLike<number>;
};

/** Points of a drawn curve for each doubling of the rate. */
const POINTS_PER_OCTAVE = 48;

/**
 * Sensitivity over false positives a scan, on an axis of doubling rates, with the bootstrap's band.
 * @example
 * const score = scoreSubmission({
 *   submission: inRepository('runs/start/predictions.csv'),
 *   annotations: inRepository('data/raw/annotations.csv'),
 *   seriesUids: [inRepository('data/raw/seriesuids.csv')],
 * });
 * display(frocFigure(score));
 */
export function frocFigure({ cpm, sensitivities, curve, rates, bootstrap }: DrawableFroc): Chart {
  const { lower, upper } = bootstrap.cpm;
  const [low, high] = [thinned(rates, bootstrap.curve.lower), thinned(rates, bootstrap.curve.upper)];
  return chart({
    title: `FROC: CPM ${cpm.toFixed(3)} (95 % ${lower.toFixed(3)} to ${upper.toFixed(3)})`,
    x: {
      title: 'false positives per scan',
      type: 'log2',
      range: [OPERATING_POINTS[0]!, OPERATING_POINTS.at(-1)!],
    },
    y: { title: 'sensitivity', range: [0, 1] },
    traces: [
      {
        name: 'sensitivity',
        ...thinned(
          curve.map(({ falsePositivesPerScan }) => falsePositivesPerScan),
          curve.map(({ sensitivity }) => sensitivity),
        ),
        color: PALETTE[0],
      },
      {
        name: 'read off for CPM',
        ...{ x: OPERATING_POINTS, y: sensitivities },
        ...({ color: PALETTE[1], dash: 'dot', width: 1, markers: true } as const),
      },
    ],
    bands: [bootstrapBand(low.x, low.y, high.y)],
    says: OPERATING_POINTS.map((rate, at) => {
      const { lower: from, upper: to } = bootstrap.sensitivities;
      return `${rate} false positives a scan: sensitivity ${sensitivities[at]!.toFixed(3)} (95 % ${from[at]!.toFixed(3)} to ${to[at]!.toFixed(3)})`;
    }),
  });
}

/** First and last point of each equal step of the axis, so that a vertical rise stays one; a rate of 0 has no place on it. */
function thinned(x: ArrayLike<number>, y: ArrayLike<number>): { x: number[]; y: number[] } {
  const stepOf = (i: number): number => Math.floor(Math.log2(x[i]!) * POINTS_PER_OCTAVE);
  const kept = Array.from({ length: x.length }, (_, i) => i).filter(
    (i) =>
      x[i]! > 0 &&
      (i === 0 || i === x.length - 1 || stepOf(i) !== stepOf(i - 1) || stepOf(i) !== stepOf(i + 1)),
  );
  return { x: kept.map((i) => x[i]!), y: kept.map((i) => y[i]!) };
}
