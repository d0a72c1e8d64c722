import { percent } from '../percent.js';
import type { EpochRecord, StepRecord, ValidationRecord } from '../training/run/metricsLog.js';
import { type BarFigure, barFigure } from './charts/barFigure.js';
import { type Chart, chart } from './charts/chart.js';
import { PALETTE } from './charts/chartSpec.js';
import { ThinnedTracks } from './charts/thinnedTracks.js';

/** What it is drawn from; other records are left alone. */
export type TimedRecord =
  | StepRecord
  | ValidationRecord
  | EpochRecord
  | { readonly kind: 'start' | 'validation' | 'epoch' | 'end' };

/** Parts of a step in the order in which they pass, as records say them; `other`: between them, in the program itself. */
const KNOWN = ['wait', 'copy', 'compute', 'reduce', 'update'] as const;
const PARTS = [...KNOWN, 'other'] as const;
type Part = (typeof PARTS)[number];
/** Means of steps, as many as a figure shows. */
const MOST_COLUMNS = 400;

const COLORS: Readonly<Record<Part, string>> = {
  wait: '#d55e00',
  copy: '#e69f00',
  compute: '#7fb2d9',
  reduce: '#009e73',
  update: '#cc79a7',
  other: '#c8c8c8',
};

/** Times of a step in ms, and its speed. */
interface StepTime {
  readonly ms: readonly number[];
  readonly totalMs: number;
}

/**
 * Where the time of each step goes, stacked: waiting for its batch, copies to the device, forward and backward, the mean over devices,
 * the update, and what the program does between them. Below it the speed. Over many steps, means of equally many.
 * @example
 * display(stepTimeFigure(metricsOf(inRepository('runs/start'))));
 */
export function stepTimeFigure(records: Iterable<TimedRecord>): Chart {
  const gathered = new StepTimes();
  for (const record of records) if (record.kind === 'step') gathered.add(record);
  return gathered.figure();
}

/**
 * Mean times of a step of several runs beside each other, such as on one device and on two. The first step of each, which traces
 * the program, is left out.
 * @example
 * display(stepTimeBars({ start: metricsOf(inRepository('runs/start')) }));
 */
export function stepTimeBars(runs: Readonly<Record<string, Iterable<TimedRecord>>>): BarFigure {
  const bars = Object.entries(runs).map(([name, records]) => {
    const gathered = new StepTimes();
    for (const record of records) if (record.kind === 'step') gathered.add(record);
    return { name, ...gathered.mean() };
  });
  return barFigure({
    title: 'Where the time of a step goes: means',
    unit: 'ms a step',
    bars: bars.map(({ name, steps, ms, totalMs }) => ({
      label: name,
      total: null,
      parts: PARTS.flatMap((part, at) =>
        ms[at]! > 0 ? [{ name: part, value: ms[at]!, color: COLORS[part] }] : [],
      ),
      note: steps === 0 ? 'no step' : `${totalMs.toFixed(1)} ms`,
    })),
  });
}

class StepTimes {
  /** The parts, and the speed. */
  private readonly tracks = new ThinnedTracks(MOST_COLUMNS);
  private readonly sums = new Float64Array(PARTS.length);
  private count = 0;
  private first: StepTime | undefined;
  private without = 0;
  private slowest = { step: 0, totalMs: 0 };

  add(record: StepRecord): void {
    const time = timeOf(record);
    const { ms, totalMs } = time;
    if (!ms.every(Number.isFinite)) {
      this.without++;
      return;
    }
    this.tracks.add(record.step, record.step, [...ms, record.patchesPerSecond]);
    // It traces the program.
    if (this.first === undefined) {
      this.first = time;
      return;
    }
    this.count++;
    for (const [at, part] of ms.entries()) this.sums[at]! += part;
    if (totalMs > this.slowest.totalMs) this.slowest = { step: record.step, totalMs };
  }

  mean(): StepTime & { readonly steps: number } {
    const ms = Array.from(this.sums, (sum) => (this.count === 0 ? 0 : sum / this.count));
    return { steps: this.count, ms, totalMs: ms.reduce((sum, part) => sum + part, 0) };
  }

  figure(): Chart {
    const { steps, ms, totalMs } = this.mean();
    const columns = this.tracks.columns();
    const x = columns.map(({ from, to }) => (from + to) / 2);
    const meansOf = (track: number): number[] => columns.map(({ cells }) => cells[track]!.mean);
    let low = columns.map(() => 0);
    const bands = PARTS.map((part, at) => {
      const high = meansOf(at).map((mean, column) => low[column]! + mean);
      const share = totalMs === 0 ? '' : ` ${percent(ms[at]! / totalMs)}`;
      const band = { name: `${part}${share}`, x, low, high, color: COLORS[part] };
      low = high;
      return band;
    });
    return chart({
      title:
        steps === 0
          ? 'Time of a step: no step yet'
          : `A step takes ${totalMs.toFixed(1)} ms: ${mostOf(ms, totalMs)}`,
      x: { title: 'step' },
      y: { title: 'ms', range: [0, topOf(low, totalMs)] },
      traces: [],
      bands,
      below: [
        {
          y: { title: 'patches/s' },
          traces: [
            {
              ...{ name: 'patches a second', x, y: meansOf(PARTS.length) },
              ...{ color: PALETTE[0], width: 1.5 },
            },
          ],
        },
      ],
      says: this.says(),
    });
  }

  private says(): string[] {
    const { steps, ms, totalMs } = this.mean();
    if (this.first === undefined)
      return [this.without === 0 ? 'no step yet' : `${this.without} steps, of which none says its times`];
    return [
      `first step ${this.first.totalMs.toFixed(1)} ms: it traces the program, and is in no mean`,
      ...(steps === 0
        ? []
        : [
            `mean of ${steps.toLocaleString('en')} further steps: ${totalMs.toFixed(2)} ms`,
            ...PARTS.map((part, at) => `  ${part}: ${ms[at]!.toFixed(2)} ms, ${percent(ms[at]! / totalMs)}`),
            `slowest further step: ${this.slowest.step}, ${this.slowest.totalMs.toFixed(1)} ms`,
          ]),
      ...(this.without === 0 ? [] : [`${this.without} steps do not say their times, and are left out`]),
    ];
  }
}

/** A part that is measured by two clocks may come out below 0: it took no time. A step's whole time is that of which `waitShare` was spent waiting; the parts do not fill it. */
function timeOf({ ms, waitShare }: StepRecord): StepTime {
  const known = KNOWN.map((part) => Math.max(0, ms?.[part] ?? Number.NaN));
  const sum = known.reduce((all, part) => all + part, 0);
  const totalMs = waitShare > 0 ? Math.max(sum, known[0]! / waitShare) : sum;
  return { ms: [...known, totalMs - sum], totalMs };
}

/** A few slow steps, as the first, must not flatten the rest. */
function topOf(totals: readonly number[], meanMs: number): number {
  const sorted = totals.toSorted((a, b) => a - b);
  const usual = sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0;
  return 1.15 * Math.max(usual, meanMs, 1e-3);
}

function mostOf(ms: readonly number[], totalMs: number): string {
  return PARTS.map((part, at) => ({ part, share: ms[at]! / totalMs }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, 2)
    .map(({ part, share }) => `${part} ${percent(share)}`)
    .join(', ');
}
