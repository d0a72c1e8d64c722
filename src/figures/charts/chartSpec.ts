/** One curve, or one row of bars: a subset of plotly's traces. */
export interface Trace {
  readonly name: string;
  /** Numbers, or local times in ISO 8601. */
  readonly x: readonly (number | string)[];
  /** Null = a gap; so is what is no finite number. */
  readonly y: readonly (number | null)[];
  /** `#rrggbb`. */
  readonly color?: string;
  readonly dash?: 'solid' | 'dot' | 'dash';
  readonly width?: number;
  readonly markers?: boolean;
  /** Text above each point; '' = none. */
  readonly labels?: readonly string[];
  /** Bars in place of a line: `width` in units of x, of all or of each, from its `base` (0) up to its y. */
  readonly bars?: { readonly width: number | readonly number[]; readonly base?: readonly (number | null)[] };
}

/** What lies between two curves, behind the traces; null = a gap. */
export interface Band {
  readonly name: string;
  readonly x: readonly (number | string)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** `#rrggbb`, a light one. */
  readonly color: string;
}

/** An axis of a chart. */
export interface Axis {
  readonly title: string;
  /** For positive numbers, log2 with a tick at each power of two, log10 at each power of ten. */
  readonly type?: 'linear' | 'date' | 'log2' | 'log10';
  readonly range?: readonly [number, number];
  /** What 0, 1, 2, ... are called: a tick each. */
  readonly names?: readonly string[];
}

/** A chart over an axis that it may share with others. */
export interface ChartPart {
  readonly y: Axis;
  readonly traces: readonly Trace[];
  readonly bands?: readonly Band[];
}

/** A line chart as plain data, with further ones below it over the same x axis: shown by plotly in a notebook, as SVG or PNG in files. */
export interface ChartSpec extends ChartPart {
  readonly title: string;
  readonly x: Axis;
  /** Lower charts, each a third as high. */
  readonly below?: readonly ChartPart[];
  /** What the chart shows, in sentences with numbers; default: the ends and the extremes of each curve. */
  readonly says?: readonly string[];
}

/** Colours that differ for most colour-blind readers: Okabe and Ito (2008). */
export const PALETTE = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#e69f00',
  '#000000',
  '#8c8c8c',
] as const;

/** Behind a curve: where it may lie. */
export const BAND_COLOR = '#cfe1f0';

/** Of what stands for comparison: chance, the ideal. */
export const GREY = '#8c8c8c';

/** A straight line to compare a curve with. */
export function comparison(name: string, x: readonly number[], y: readonly number[]): Trace {
  return { name, x, y, color: GREY, dash: 'dot', width: 1 };
}

/** Where a score may lie, by bootstrapping. */
export function bootstrapBand(
  x: ArrayLike<number>,
  low: ArrayLike<number | null>,
  high: ArrayLike<number | null>,
  name = '95 % band, scans drawn anew',
): Band {
  return { name, x: Array.from(x), low: Array.from(low), high: Array.from(high), color: BAND_COLOR };
}

/** Of single batches, behind their mean. */
export const EACH_BATCH = '#b7d5ea';

/** Colour of the trace at a place in the list. */
export function colorOf(trace: Trace, index: number): string {
  return trace.color ?? PALETTE[index % PALETTE.length]!;
}

/** Whether a trace has a point that can be seen: a legend lists no other. */
export function isDrawn({ y }: Pick<Trace, 'y'>): boolean {
  return y.some((value) => value !== null);
}
