import type { RocPoint } from '../scores/roc.js';
import type { StepRecord, ValidationRecord } from '../training/metricsLog.js';
import { type Chart, chart, PALETTE } from './figure.js';

/** What a training figure is drawn from; other records are left alone. */
export type Drawable = StepRecord | ValidationRecord | { readonly kind: 'start' | 'epoch' | 'end' };

/** Loss of each step (thin), its running mean, and the validation after each epoch. */
export function lossFigure(records: readonly Drawable[]): Chart {
  return overSteps(records, 'Loss: cross-entropy and L2 penalty', 'loss', ({ loss }) => loss);
}

/** Share of patches on the right side of 0.5, in percent. */
export function accuracyFigure(records: readonly Drawable[]): Chart {
  return overSteps(records, 'Accuracy', 'right side of 0.5 (%)', ({ accuracy }) => 100 * accuracy, [0, 100]);
}

/** The ROC curve with its area and interval in the title. */
export function rocFigure(
  roc: readonly RocPoint[],
  area: number,
  interval: readonly [number, number],
): Chart {
  return chart({
    title: `ROC AUC ${area.toFixed(3)} (95 % ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)})`,
    x: { title: 'false positive rate', range: [0, 1] },
    y: { title: 'sensitivity', range: [0, 1] },
    traces: [
      {
        name: 'held-out patches',
        x: roc.map(({ falsePositiveRate }) => falsePositiveRate),
        y: roc.map(({ truePositiveRate }) => truePositiveRate),
      },
      { name: 'chance', x: [0, 1], y: [0, 1], color: '#8c8c8c', dash: 'dot', width: 1 },
    ],
  });
}

function overSteps(
  records: readonly Drawable[],
  title: string,
  unit: string,
  measure: (record: StepRecord | ValidationRecord) => number,
  range?: readonly [number, number],
): Chart {
  const steps = records.filter((record) => record.kind === 'step').filter(({ skipped }) => skipped !== true);
  const validations = records.filter((record) => record.kind === 'validation');
  const values = steps.map(measure);
  const x = steps.map(({ step }) => step);
  return chart({
    title,
    x: { title: 'step' },
    y: { title: unit, ...(range === undefined ? {} : { range }) },
    traces: [
      { name: 'each batch', x, y: values, color: '#b7d5ea', width: 1 },
      { name: 'mean of 20 batches', x, y: runningMean(values, 20), color: PALETTE[0] },
      {
        name: 'held-out patches',
        x: validations.map(({ step }) => step),
        y: validations.map(measure),
        color: PALETTE[1],
        markers: true,
      },
    ],
  });
}

function runningMean(values: readonly number[], width: number): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= width ? values[i - width]! : 0);
    return sum / Math.min(i + 1, width);
  });
}
