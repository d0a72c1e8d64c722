import { given } from '../given.js';
import type { EpochRecord, StepRecord, ValidationRecord } from '../training/run/metricsLog.js';
import { type Chart, chart } from './charts/chart.js';
import { type ChartPart, EACH_BATCH, PALETTE } from './charts/chartSpec.js';
import { ThinnedCurve } from './charts/thinnedCurve.js';

/** What a training figure is drawn from; other records are left alone. */
export type Drawable = StepRecord | ValidationRecord | { readonly kind: 'start' | 'epoch' | 'end' };

/** Batches of a running mean. */
const MEAN_OF = 20;

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
 * A training over its steps: loss of batches and of the validation, below it how well classes are told apart, and the learning rate.
 * @example
 * display(trainingFigure(metricsOf(inRepository('runs/start'))));
 */
export function trainingFigure(records: Iterable<Drawable | EpochRecord>): Chart {
  const curves = new TrainingCurves();
  for (const record of records) curves.add(record);
  return curves.figure();
}

/** Gathers a training of any length, record by record, in bounded memory. */
export class TrainingCurves {
  private readonly batches = new ThinnedCurve();
  private readonly means = new ThinnedCurve();
  private readonly accuracies = new ThinnedCurve();
  private readonly rates = new ThinnedCurve();
  private readonly validations: ValidationRecord[] = [];
  private readonly meanLoss = runningMean(MEAN_OF);
  private readonly meanAccuracy = runningMean(MEAN_OF);
  private last: { step: number; epoch: number; loss: number; learningRate: number } | undefined;
  private skipped = 0;
  private notFinite = 0;

  add(record: Drawable | EpochRecord): void {
    if (record.kind === 'validation') this.validations.push(record);
    if (record.kind !== 'step') return;
    const { step, epoch, loss, accuracy, learningRate } = record;
    if (Number.isFinite(learningRate)) this.rates.add(step, learningRate);
    if (record.skipped === true) {
      this.skipped++;
      return;
    }
    // JSON has null for what is no finite number: a training that diverges.
    if (!Number.isFinite(loss)) {
      this.notFinite++;
      return;
    }
    const mean = this.meanLoss(loss);
    this.batches.add(step, loss);
    this.means.add(step, mean);
    this.accuracies.add(step, this.meanAccuracy(accuracy));
    this.last = { step, epoch, loss: mean, learningRate };
  }

  /** As far as the training is. */
  figure(): Chart {
    const best = this.best();
    return chart({
      title: this.title(best),
      x: { title: 'step' },
      ...this.lossPart(best),
      below: [this.tellingApart(), this.ratePart()],
      says: this.says(best),
    });
  }

  private best(): ValidationRecord | undefined {
    return this.validations.reduce<ValidationRecord | undefined>(
      (best, each) =>
        Number.isFinite(each.loss) && (best === undefined || each.loss < best.loss) ? each : best,
      undefined,
    );
  }

  private title(best: ValidationRecord | undefined): string {
    if (this.last === undefined) return 'Loss: no step yet';
    const { step, epoch, loss } = this.last;
    const chosen =
      best === undefined
        ? 'no validation yet'
        : `lowest validation ${best.loss.toFixed(3)}, ROC AUC ${fixed(best.rocAuc, 3)}`;
    return `Loss ${loss.toFixed(3)} at step ${step.toLocaleString('en')} (epoch ${epoch}); ${chosen}`;
  }

  private lossPart(best: ValidationRecord | undefined): ChartPart {
    const steps = this.validations.map(({ step }) => step);
    const losses = this.validations.map(({ loss }) => loss);
    return {
      y: { title: 'loss' },
      traces: [
        { name: 'each batch', ...this.batches.points(), color: EACH_BATCH, width: 1 },
        { name: `mean of ${MEAN_OF} batches`, ...this.means.points(), color: PALETTE[0] },
        { name: 'validation', x: steps, y: losses, color: PALETTE[1], markers: true },
        ...(best === undefined
          ? []
          : [
              {
                ...{ name: 'lowest', x: [best.step], y: [best.loss], labels: [best.loss.toFixed(3)] },
                ...{ color: PALETTE[2], markers: true },
              },
            ]),
      ],
    };
  }

  private tellingApart(): ChartPart {
    const x = this.validations.map(({ step }) => step);
    const ends = (end: 0 | 1): (number | null)[] =>
      this.validations.map(({ rocAucInterval }) => rocAucInterval?.[end] ?? null);
    return {
      y: { title: 'AUC, share' },
      traces: [
        { name: 'right in batches', ...this.accuracies.points(), color: EACH_BATCH, width: 1.5 },
        {
          ...{ name: 'validation ROC AUC', x, y: this.validations.map(({ rocAuc }) => rocAuc) },
          ...{ color: PALETTE[1], markers: true },
        },
      ],
      bands: [{ name: 'its 95 % interval', x, low: ends(0), high: ends(1), color: '#f6d9c6' }],
    };
  }

  private ratePart(): ChartPart {
    return {
      y: { title: 'rate' },
      traces: [{ name: 'learning rate', ...this.rates.points(), color: PALETTE[2], width: 1.5 }],
    };
  }

  private says(best: ValidationRecord | undefined): string[] {
    if (this.last === undefined) return ['no step yet'];
    const { step, epoch, loss, learningRate } = this.last;
    const now = this.validations.at(-1);
    return [
      `step ${step}, epoch ${epoch}: mean loss of the last ${MEAN_OF} batches ${loss.toFixed(4)}, learning rate ${Number.isFinite(learningRate) ? learningRate.toExponential(2) : 'not known'}`,
      ...(now === undefined || best === undefined
        ? ['no validation yet']
        : [validationSays('last', now), validationSays('lowest', best)]),
      ...(this.skipped === 0
        ? []
        : [`${this.skipped} steps changed nothing, as a gradient was not finite; their loss is not drawn`]),
      ...(this.notFinite === 0
        ? []
        : [`the loss of ${this.notFinite} steps is no finite number, and not drawn`]),
    ];
  }
}

function validationSays(
  which: string,
  { step, loss, accuracy, rocAuc, rocAucInterval }: ValidationRecord,
): string {
  const [low, high] = rocAucInterval ?? [null, null];
  return `${which} validation, step ${step}: loss ${fixed(loss, 4)}, right side of 0.5 ${fixed(100 * accuracy, 1)} %, ROC AUC ${fixed(rocAuc, 3)} (95 % ${fixed(low, 3)} to ${fixed(high, 3)})`;
}

/** With so many decimals; of a record that does not say it, a dash. */
function fixed(value: number | null | undefined, decimals: number): string {
  return typeof value === 'number' && Number.isFinite(value) ? value.toFixed(decimals) : '-';
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
  const mean = runningMean(MEAN_OF);
  for (const record of records) {
    if (record.kind === 'validation') validations.add(record.step, measure(record));
    if (record.kind !== 'step' || record.skipped === true) continue;
    const value = measure(record);
    if (!Number.isFinite(value)) continue;
    batches.add(record.step, value);
    means.add(record.step, mean(value));
  }
  return chart({
    title,
    x: { title: 'step' },
    y: { title: unit, ...given({ range }) },
    traces: [
      { name: 'each batch', ...batches.points(), color: EACH_BATCH, width: 1 },
      { name: `mean of ${MEAN_OF} batches`, ...means.points(), color: PALETTE[0] },
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
