import { titleLines } from './markup.js';
import { renderSvg } from './svgChart.js';
import { PLOTLY_TEMPLATE, plotlyColor, themed } from './theme.js';
import { decadeTicks, powerTicks, type Tick } from './ticks.js';

/** One curve: a subset of plotly's scatter trace. */
export interface Trace {
  readonly name: string;
  /** Numbers, or local times in ISO 8601. */
  readonly x: readonly (number | string)[];
  /** Null = a gap. */
  readonly y: readonly (number | null)[];
  readonly color?: string;
  readonly dash?: 'solid' | 'dot' | 'dash';
  readonly width?: number;
  readonly markers?: boolean;
  /** Text above each point; '' = none. */
  readonly labels?: readonly string[];
}

/** An axis of a chart. */
export interface Axis {
  readonly title: string;
  /** For positive numbers, log2 with a tick at each power of two, log10 at each power of ten. */
  readonly type?: 'linear' | 'date' | 'log2' | 'log10';
  readonly range?: readonly [number, number];
}

/** A line chart as plain data: shown by plotly in a notebook, as SVG in files. */
export interface ChartSpec {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly traces: readonly Trace[];
}

/** A figure of plotly's JSON schema, with plotly's own names. */
export interface PlotlyFigure {
  readonly data: readonly Record<string, unknown>[];
  readonly layout: Record<string, unknown>;
}

/** A chart that a notebook shows as it is: `display(chart)`, or the last line of a cell. */
export interface Chart extends ChartSpec {
  /** The chart as a picture. */
  readonly svg: () => string;
  /** The chart for plotly, which notebooks show. */
  readonly plotly: () => PlotlyFigure;
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

/**
 * Adds to a chart how it is drawn.
 * @example
 * const loss = { name: 'run 1', x: [1, 2, 3], y: [0.7, 0.5, 0.4] };
 * display(chart({ title: 'Loss', x: { title: 'epoch' }, y: { title: 'loss' }, traces: [loss] }));
 */
export function chart(spec: ChartSpec): Chart {
  const drawn: Chart = { ...spec, svg: () => renderSvg(spec), plotly: () => plotlyFigure(spec) };
  return Object.defineProperty(drawn, Symbol.for('Jupyter.display'), {
    value: () => ({
      'application/vnd.plotly.v1+json': plotlyFigure(spec),
      // Where plotly's renderer is missing: an executed notebook on a web page, a PDF.
      'image/svg+xml': themed(renderSvg(spec)),
      'text/plain': spec.title,
    }),
  });
}

/** Colour of the trace at a place in the list. */
export function colorOf(trace: Trace, index: number): string {
  return trace.color ?? PALETTE[index % PALETTE.length]!;
}

/** Whether a trace has a point that can be seen: a legend lists no other. */
export function isDrawn({ y }: Trace): boolean {
  return y.some((value) => value !== null);
}

/** Of a title in a notebook's width. */
const PLOTLY_LETTERS = 90;

function plotlyTicks(ticks: readonly Tick[]): Record<string, unknown> {
  return { tickvals: ticks.map(({ value }) => value), ticktext: ticks.map(({ label }) => label) };
}

function plotlyFigure({ title, x, y, traces }: ChartSpec): PlotlyFigure {
  const axis = ({ title: text, type, range }: Axis): Record<string, unknown> => {
    const ticksOf = type === 'log2' ? powerTicks : type === 'log10' ? decadeTicks : undefined;
    return {
      title: { text },
      ...(type === undefined ? {} : { type: ticksOf === undefined ? type : 'log' }),
      // Plotly's range of a logarithmic axis is in powers of ten.
      ...(range === undefined ? {} : { range: ticksOf === undefined ? range : range.map(Math.log10) }),
      ...(ticksOf === undefined || range === undefined ? {} : plotlyTicks(ticksOf(...range))),
    };
  };
  const lines = titleLines(title, PLOTLY_LETTERS);
  return {
    data: traces.map((trace, index) => ({
      type: 'scatter',
      mode: `lines${trace.markers === true ? '+markers' : ''}${trace.labels === undefined ? '' : '+text'}`,
      name: trace.name,
      x: trace.x,
      y: trace.y,
      ...(isDrawn(trace) ? { cliponaxis: false } : { showlegend: false }),
      ...(trace.labels === undefined ? {} : { text: trace.labels, textposition: 'top center' }),
      line: {
        color: plotlyColor(colorOf(trace, index)),
        dash: trace.dash ?? 'solid',
        width: trace.width ?? 2,
      },
    })),
    layout: {
      title: { text: lines.join('<br>') },
      xaxis: axis(x),
      yaxis: axis(y),
      template: PLOTLY_TEMPLATE,
      margin: { t: 30 + 20 * lines.length, r: 20, b: 50, l: 60 },
    },
  };
}
