import { given } from '../../given.js';
import { runsOf } from '../drawing/clippedLine.js';
import type { PlotlyFigure } from '../drawing/drawnFigure.js';
import { titleLines } from '../drawing/markup.js';
import { PLOTLY_TEMPLATE, plotlyColor } from '../drawing/theme.js';
import { decadeTicks, nameTicks, powerTicks, type Tick } from '../drawing/ticks.js';
import { MOST_NAMES } from './chartScale.js';
import {
  type Axis,
  type Band,
  type ChartPart,
  type ChartSpec,
  colorOf,
  isDrawn,
  type Trace,
} from './chartSpec.js';
import { isBandDrawn } from './chartText.js';

type Json = Record<string, unknown>;

/** Of a title in a notebook's width. */
const PLOTLY_LETTERS = 90;
/** Share of the height between two charts. */
const BETWEEN = 0.06;
/** More digits than a screen shows make outputs large. */
const DIGITS = 6;
/** Of red, green and blue in a light colour. */
const LIGHT = 140;

/** A chart, and those below it, as one figure of plotly with one x axis. */
export function chartPlotly(spec: ChartSpec): PlotlyFigure {
  const { title, x, below = [] } = spec;
  const parts: readonly ChartPart[] = [spec, ...below];
  const lines = titleLines(title, PLOTLY_LETTERS);
  const axes = parts.map(({ y }, at): [string, Json] => {
    const domain = parts.length === 1 ? {} : { domain: domainOf(at, parts.length) };
    return [`yaxis${suffix(at)}`, { ...axisOf(y), ...domain }];
  });
  const anchor = parts.length === 1 ? {} : { anchor: `y${suffix(parts.length - 1)}` };
  return {
    data: parts.flatMap((part, at) => partTraces(part, x, `y${suffix(at)}`)),
    layout: {
      title: { text: lines.join('<br>') },
      xaxis: { ...axisOf(x), ...anchor },
      ...Object.fromEntries(axes),
      ...(hasBars(parts) ? { barmode: 'overlay' } : {}),
      ...(parts.length === 1 ? {} : { height: 380 + 140 * below.length, hovermode: 'x' }),
      template: PLOTLY_TEMPLATE,
      margin: { t: 30 + 20 * lines.length, r: 20, b: 50, l: 60 },
    },
  };
}

/** Each stands on a base of its own. */
function hasBars(parts: readonly ChartPart[]): boolean {
  return parts.some(({ traces }) => traces.some(({ bars }) => bars !== undefined));
}

function suffix(part: number): string {
  return part === 0 ? '' : String(part + 1);
}

/** The first one is three times as high as each of those below it. */
function domainOf(part: number, parts: number): [number, number] {
  const unit = (1 - BETWEEN * (parts - 1)) / (parts + 2);
  const top = part === 0 ? 1 : 1 - unit * (part + 2) - BETWEEN * part;
  const bottom = part === parts - 1 ? 0 : top - unit * (part === 0 ? 3 : 1);
  return [bottom, top];
}

function axisOf({ title: text, type, range, names }: Axis): Json {
  const ticksOf = type === 'log2' ? powerTicks : type === 'log10' ? decadeTicks : undefined;
  return {
    title: { text },
    ...(type === undefined ? {} : { type: ticksOf === undefined ? type : 'log' }),
    // Plotly's range of a logarithmic axis is in powers of ten.
    ...(range === undefined ? {} : { range: ticksOf === undefined ? range : range.map(Math.log10) }),
    ...(names === undefined ? {} : plotlyTicks(nameTicks(names, MOST_NAMES))),
    ...(ticksOf === undefined || range === undefined ? {} : plotlyTicks(ticksOf(...range))),
  };
}

function plotlyTicks(ticks: readonly Tick[]): Json {
  return { tickvals: ticks.map(({ value }) => value), ticktext: ticks.map(({ label }) => label) };
}

function partTraces({ traces, bands = [] }: ChartPart, x: Axis, yaxis: string): Json[] {
  const placed = yaxis === 'y' ? {} : { yaxis };
  return [
    ...bands.filter(isBandDrawn).map((band) => ({ ...bandTrace(band, x), ...placed })),
    ...traces.map((trace, index) => ({ ...plotlyTrace(trace, index, x), ...placed })),
  ];
}

function plotlyTrace(trace: Trace, index: number, xAxis: Axis): Json {
  const { name, y, labels, bars } = trace;
  const color = plotlyColor(colorOf(trace, index));
  const x = placesOf(trace.x, xAxis);
  const seen = isDrawn(trace) ? {} : { showlegend: false };
  const texts = given({ text: labels });
  if (bars !== undefined) {
    const base = bars.base ?? y.map(() => 0);
    const height = y.map((value, at) => (value === null ? null : rounded(value - (base[at] ?? 0))));
    const own = { type: 'bar', name, x, y: height, base, width: bars.width, marker: { color } };
    return { ...own, ...seen, ...texts, ...(labels === undefined ? {} : { textposition: 'outside' }) };
  }
  return {
    type: 'scatter',
    mode: `lines${trace.markers === true ? '+markers' : ''}${labels === undefined ? '' : '+text'}`,
    ...{ name, x, y: y.map((value) => (value === null ? null : rounded(value))) },
    ...(isDrawn(trace) ? { cliponaxis: false } : seen),
    ...(labels === undefined ? {} : { ...texts, textposition: 'top center' }),
    line: { color, dash: trace.dash ?? 'solid', width: trace.width ?? 2 },
  };
}

/** A closed line around it, one for each part without a gap. */
function bandTrace({ name, x, low, high, color }: Band, xAxis: Axis): Json {
  const [places, values]: [(number | string | null)[], (number | null)[]] = [[], []];
  for (const [from, to] of runsOf(low)) {
    if (places.length > 0) {
      places.push(null);
      values.push(null);
    }
    const along = placesOf(x.slice(from, to + 1), xAxis);
    const edge = (of: Band['low']): number[] => of.slice(from, to + 1).map((value) => rounded(value!));
    places.push(...along, ...along.toReversed());
    values.push(...edge(high), ...edge(low).toReversed());
  }
  return {
    ...{ type: 'scatter', mode: 'lines', name, x: places, y: values, line: { width: 0 } },
    ...{ fill: 'toself', fillcolor: seeThrough(color), hoverinfo: 'skip' },
  };
}

/** A light colour, which a dark page would show as a glare, as twice its distance from white, half as thick. */
function seeThrough(color: string): string {
  const value = Number.parseInt(color.slice(1), 16);
  const parts = [value >> 16, (value >> 8) & 255, value & 255];
  if (parts.some((part) => part < LIGHT)) return color;
  return `rgba(${parts.map((part) => 255 - 2 * (255 - part)).join(', ')}, 0.5)`;
}

function placesOf(x: readonly (number | string)[], { type }: Axis): (number | string)[] {
  return x.map((value) => (typeof value === 'string' || type === 'date' ? value : rounded(value)));
}

/** Whole numbers stay whole: steps are counted. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}
