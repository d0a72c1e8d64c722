import {
  type Drawing,
  lineShape,
  nameWidth,
  type Point,
  pathShape,
  type Shape,
  textShape,
  titleSize,
} from '../drawing/drawing.js';
import { type DrawnFigure, drawnFigure, type PlotlyFigure } from '../drawing/drawnFigure.js';
import { fitting, widthOf } from '../drawing/strokeFont.js';
import { inkOn, PLOTLY_TEMPLATE } from '../drawing/theme.js';
import { linearTicks } from '../drawing/ticks.js';
import { shortNumber } from './chartText.js';

/** A part of a bar; `value` in the unit of the axis. */
export interface BarPart {
  readonly name: string;
  readonly value: number;
  readonly color: string;
}

/** One bar: its parts one behind the other, of `total` (a frame) where that is known. */
export interface Bar {
  readonly label: string;
  readonly total: number | null;
  readonly parts: readonly BarPart[];
  /** Stands at the right of the bar. */
  readonly note?: string;
}

/** Bars as plain data. */
export interface BarSpec {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

/** Bars of one length, each in parts, as data and as drawn. */
export type BarFigure = BarSpec & DrawnFigure;

const WIDTH = 760;
const RIGHT = 30;
/** Size of all but title and unit. */
const LETTERS = 11;
const MOST_NOTE = 160;
const TOP = 44;
const BAR = 24;
const GAP = 8;

/** Adds to bars how they are drawn. */
export function barFigure(spec: BarSpec): BarFigure {
  return drawnFigure(spec, {
    drawing: () => barDrawing(spec),
    plotly: () => barPlotly(spec),
    says: () => spec.bars.map((bar) => barSays(bar, spec.unit)),
  });
}

/** `GPU 0: in use 11320 of 11441 MiB`. */
function barSays({ label, total, parts, note }: Bar, unit: string): string {
  const said = parts.map(({ name, value }) => `${name} ${shortNumber(value)}`).join(', ') || 'nothing';
  const of = total === null ? '' : ` of ${shortNumber(total)}`;
  return `${label}: ${said}${of} ${unit}${note === undefined ? '' : ` (${note})`}`;
}

function noteOf({ note = '' }: Bar): string {
  return fitting(note, LETTERS, MOST_NOTE);
}

function barDrawing({ title, unit, bars }: BarSpec): Drawing {
  const left = leftOf(bars);
  const right = RIGHT + Math.max(0, ...bars.map((bar) => widthOf(noteOf(bar), LETTERS)));
  const highest = Math.max(1, ...bars.map((bar) => Math.max(bar.total ?? 0, sumOf(bar))));
  const x = (value: number): number => left + (value / highest) * (WIDTH - left - right);
  const bottom = TOP + bars.length * (BAR + GAP);
  const ticks = linearTicks(0, highest, 8);
  return {
    title,
    width: WIDTH,
    height: bottom + 50,
    shapes: [
      textShape(12, 24, title, titleSize(title, WIDTH), { bold: true }),
      ...ticks.flatMap(({ value, label }): Shape[] => [
        lineShape([x(value), TOP - 4], [x(value), bottom], '#e5e5e5'),
        textShape(x(value), bottom + 18, label, LETTERS, { anchor: 'middle' }),
      ]),
      ...bars.flatMap((bar, at) => barShapes(bar, TOP + at * (BAR + GAP), x)),
      textShape((left + WIDTH - right) / 2, bottom + 38, unit, 12, { anchor: 'middle' }),
    ],
  };
}

function barShapes(bar: Bar, y: number, x: (value: number) => number): Shape[] {
  const words = (at: number, text: string, look: Parameters<typeof textShape>[4] = {}): Shape =>
    textShape(at, y + 16, text, LETTERS, look);
  let from = 0;
  const parts = bar.parts.flatMap(({ name, value, color }): Shape[] => {
    const [left, right] = [x(from), x(from + value)];
    from += value;
    const fits = right - left > 7 * name.length;
    return [
      { kind: 'rectangle', x: left, y, width: right - left, height: BAR, fill: color },
      ...(fits ? [words(left + 6, name, { color: inkOn(color) })] : []),
    ];
  });
  const label = words(x(0) - 8, fitting(bar.label, LETTERS, x(0) - 16), { anchor: 'end' });
  const right = bar.total === null ? 0 : x(bar.total);
  const corners: Point[] = [
    [x(0), y],
    [right, y],
    [right, y + BAR],
    [x(0), y + BAR],
    [x(0), y],
  ];
  return [
    ...parts,
    ...(bar.total === null ? [] : [pathShape(corners, '#999999')]),
    label,
    ...(bar.note === undefined ? [] : [words(Math.max(x(from), right) + 8, noteOf(bar))]),
  ];
}

function barPlotly({ title, unit, bars }: BarSpec): PlotlyFigure {
  const labels = bars.map(({ label }) => label);
  const parts = Math.max(0, ...bars.map((bar) => bar.parts.length));
  const free = bars.map((bar) => (bar.total === null ? null : Math.max(0, bar.total - sumOf(bar))));
  const common = { type: 'bar', orientation: 'h', y: labels };
  return {
    data: [
      ...Array.from({ length: parts }, (_, at) => ({
        ...common,
        name: '',
        x: bars.map((bar) => bar.parts[at]?.value ?? null),
        text: bars.map((bar) => bar.parts[at]?.name ?? ''),
        marker: { color: bars.map((bar) => bar.parts[at]?.color ?? '#cccccc') },
        textposition: 'inside',
        hovertemplate: `%{y}: %{text}, %{x:.0f} ${unit}<extra></extra>`,
      })),
      {
        ...common,
        name: 'never taken',
        x: free,
        marker: { color: '#f2f2f2', line: { color: '#999999', width: 1 } },
        hovertemplate: `%{y}: %{x:.0f} ${unit} never taken<extra></extra>`,
      },
    ],
    layout: {
      title: { text: title },
      barmode: 'stack',
      showlegend: false,
      height: 110 + bars.length * (BAR + GAP),
      template: PLOTLY_TEMPLATE,
      margin: { t: 50, r: RIGHT, b: 50, l: leftOf(bars) },
      xaxis: { title: { text: unit } },
      yaxis: { autorange: 'reversed', type: 'category' },
    },
  };
}

function leftOf(bars: readonly Bar[]): number {
  return nameWidth(bars.map(({ label }) => label));
}

function sumOf({ parts }: Bar): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}
