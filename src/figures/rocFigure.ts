import type { RocPoint } from '../scores/roc.js';
import type { RocBand } from '../scores/rocBootstrap.js';
import { type Chart, chart } from './charts/chart.js';
import { bootstrapBand, comparison } from './charts/chartSpec.js';
import { thinnedCurve } from './charts/thinnedCurve.js';

/**
 * The ROC curve with its area and interval in the title (null: none), and the bootstrap's 95 % band where there is one.
 * @example
 * const [scores, classes] = [[0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0]];
 * display(rocFigure(rocCurve(scores, classes), rocArea(scores, classes).area, null));
 */
export function rocFigure(
  roc: readonly RocPoint[],
  area: number,
  interval: readonly [number, number] | null,
  band?: RocBand,
): Chart {
  const range =
    interval === null ? 'no interval' : `95 % ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}`;
  return chart({
    title: `ROC AUC ${area.toFixed(3)} (${range})`,
    x: { title: 'false positive rate', range: [0, 1] },
    y: { title: 'sensitivity', range: [0, 1] },
    traces: [
      {
        name: 'patches',
        ...thinnedCurve(
          roc,
          (point) => point.falsePositiveRate,
          (point) => point.truePositiveRate,
        ),
      },
      comparison('chance', [0, 1], [0, 1]),
    ],
    ...(band && { bands: [bootstrapBand(band.falsePositiveRate, band.low, band.high)] }),
    says: [`area ${area.toFixed(4)}, ${range}`, ...RATES.map((rate) => sensitivityAt(roc, rate))],
  });
}

const RATES = [0.01, 0.05, 0.1, 0.2] as const;

/** The highest that keeps the rate. */
function sensitivityAt(roc: readonly RocPoint[], rate: number): string {
  const point = roc.findLast(({ falsePositiveRate }) => falsePositiveRate <= rate);
  return `false positive rate up to ${rate}: sensitivity ${(point?.truePositiveRate ?? 0).toFixed(3)}`;
}
