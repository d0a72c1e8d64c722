import type { RocPoint } from '../scores/roc.js';
import type { RocBand } from '../scores/rocBootstrap.js';
import type { StepRecord, ValidationRecord } from '../training/metricsLog.js';
import { type Chart, chart, PALETTE, type Trace } from './figure.js';
import { ThinnedCurve, thinnedCurve } from './thinnedCurve.js';

/** What a training figure is drawn from; other records are left alone. */
export type Drawable = StepRecord | ValidationRecord | { readonly kind: 'start' | 'epoch' | 'end' };

/**
 * Loss of each step (thin), its running mean, and the validation after each epoch.
 * @example
 * display(lossFigure(metricsOf(inRepository('runs/start'))));
 */
export function lossFigure(records: Iterable<Drawable>): Chart {
  return overSteps(records, 'Loss and L2 penalty', 'loss', ({ loss }) => loss);
}

/**
 * Share of patches on the right side of 0.5, in percent.
 * @example
 * display(accuracyFigure(metricsOf(inRepository('runs/start'))));
 */
export function accuracyFigure(records: Iterable<Drawable>): Chart {
  return overSteps(records, 'Accuracy', 'right side of 0.5 (%)', ({ accuracy }) => 100 * accuracy, [0, 100]);
}

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
      { name: 'chance', x: [0, 1], y: [0, 1], color: '#8c8c8c', dash: 'dot', width: 1 },
      ...(band === undefined ? [] : bandTraces(band)),
    ],
  });
}

function bandTraces({ falsePositiveRate, low, high }: RocBand): Trace[] {
  const end = (name: string, values: ArrayLike<number>): Trace => ({
    name,
    x: Array.from(falsePositiveRate),
    y: Array.from(values),
    color: '#8c8c8c',
    dash: 'dash',
    width: 1,
  });
  return [end('95 % band, lower end', low), end('upper end', high)];
}

function overSteps(
  records: Iterable<Drawable>,
  title: string,
  unit: string,
  measure: (record: StepRecord | ValidationRecord) => number,
  range?: readonly [number, number],
): Chart {
  const batches = new ThinnedCurve();
  const means = new ThinnedCurve();
  const validations = new ThinnedCurve();
  const mean = runningMean(20);
  for (const record of records) {
    if (record.kind === 'validation') validations.add(record.step, measure(record));
    if (record.kind !== 'step' || record.skipped === true) continue;
    const value = measure(record);
    batches.add(record.step, value);
    means.add(record.step, mean(value));
  }
  return chart({
    title,
    x: { title: 'step' },
    y: { title: unit, ...(range === undefined ? {} : { range }) },
    traces: [
      { name: 'each batch', ...batches.points(), color: '#b7d5ea', width: 1 },
      { name: 'mean of 20 batches', ...means.points(), color: PALETTE[0] },
      { name: 'validation patches', ...validations.points(), color: PALETTE[1], markers: true },
    ],
  });
}

/** The mean of the last `width` values, or of as many as there were. */
function runningMean(width: number): (value: number) => number {
  const last: number[] = [];
  let sum = 0;
  return (value) => {
    last.push(value);
    sum += value - (last.length > width ? last.shift()! : 0);
    return sum / last.length;
  };
}
