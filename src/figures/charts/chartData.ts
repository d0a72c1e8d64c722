import type { Axis, Band, ChartPart, ChartSpec, Trace } from './chartSpec.js';

/** A figure has fewer pixels across than so many parts, and each keeps two or three points. */
const MOST_PARTS = 700;

/**
 * A spec as it is drawn: what is no finite number is a gap, what has no place on a logarithmic axis too, and long curves are
 * thinned. Throws RangeError for arrays of different lengths.
 */
export function cleanSpec(spec: ChartSpec): ChartSpec {
  return {
    ...spec,
    ...cleanPart(spec, spec.x),
    ...(spec.below === undefined ? {} : { below: spec.below.map((part) => cleanPart(part, spec.x)) }),
  };
}

/** The lowest and the highest of any number of values; infinite ends of none. */
export function extentOf(values: readonly number[]): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

/** How many values of a spec are no finite numbers. */
export function notFinite(spec: ChartSpec): number {
  const bad = (values: readonly (number | null)[]): number =>
    values.reduce((sum: number, value) => sum + (value === null || Number.isFinite(value) ? 0 : 1), 0);
  return [spec, ...(spec.below ?? [])].reduce(
    (sum, { traces, bands = [] }) =>
      sum +
      traces.reduce((all, { y }) => all + bad(y), 0) +
      bands.reduce((all, { low, high }) => all + Math.max(bad(low), bad(high)), 0),
    0,
  );
}

function cleanPart<P extends ChartPart>(part: P, x: Axis): P {
  return {
    ...part,
    traces: part.traces.map((trace) => thinnedTrace(cleanTrace(trace, x, part.y))),
    ...(part.bands === undefined
      ? {}
      : { bands: part.bands.map((band) => thinnedBand(cleanBand(band, x, part.y))) }),
  };
}

function cleanTrace(trace: Trace, xAxis: Axis, yAxis: Axis): Trace {
  requireSame(trace.name, trace.x.length, trace.y.length);
  const y = trace.y.map((value, at) =>
    hasPlace(value, yAxis) && hasPlace(trace.x[at]!, xAxis) ? (value as number) : null,
  );
  const x = trace.x.map((value) => (hasPlace(value, xAxis) ? value : 0));
  return { ...trace, x, y };
}

function cleanBand(band: Band, xAxis: Axis, yAxis: Axis): Band {
  requireSame(band.name, band.x.length, band.low.length);
  requireSame(band.name, band.x.length, band.high.length);
  const isThere = band.x.map(
    (x, at) => hasPlace(x, xAxis) && hasPlace(band.low[at]!, yAxis) && hasPlace(band.high[at]!, yAxis),
  );
  const kept = <T>(values: readonly T[]): (T | null)[] =>
    values.map((value, at) => (isThere[at]! ? value : null));
  return {
    ...band,
    x: band.x.map((x, at) => (isThere[at]! ? x : 0)),
    low: kept(band.low),
    high: kept(band.high),
  };
}

function requireSame(name: string, x: number, y: number): void {
  if (x !== y) throw new RangeError(`${name}: expected as many values as places, received ${y} for ${x}`);
}

function hasPlace(value: number | string | null, { type }: Axis): boolean {
  if (typeof value === 'string') return true;
  if (value === null || !Number.isFinite(value)) return false;
  return value > 0 || (type !== 'log2' && type !== 'log10');
}

/** Of each of equally long parts the lowest and the highest point, and a gap where one is in between. */
function thinnedTrace(trace: Trace): Trace {
  const { x, y, labels, bars } = trace;
  if (y.length <= 3 * MOST_PARTS) return trace;
  const kept = partsOf(y.length).flatMap(([from, to]) => {
    let [low, high, gap] = [-1, -1, -1];
    for (let at = from; at < to; at++) {
      const value = y[at]!;
      if (value === null) gap = at;
      else {
        if (low < 0 || value < y[low]!) low = at;
        if (high < 0 || value > y[high]!) high = at;
      }
    }
    return [...new Set([low, high, gap])].filter((at) => at >= 0).sort((a, b) => a - b);
  });
  const of = <T>(values: readonly T[]): T[] => kept.map((at) => values[at]!);
  return {
    ...trace,
    x: of(x),
    y: of(y),
    ...(labels === undefined ? {} : { labels: of(labels) }),
    ...(bars?.base === undefined ? {} : { bars: { ...bars, base: of(bars.base) } }),
  };
}

/** Of each part its whole extent; a part with a gap begins one. */
function thinnedBand(band: Band): Band {
  const { x, low, high } = band;
  if (x.length <= 3 * MOST_PARTS) return band;
  const points = partsOf(x.length).map(([from, to]) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = from; at < to; at++) {
      if (low[at] === null) return { x: x[at]!, low: null, high: null };
      least = Math.min(least, low[at]!);
      most = Math.max(most, high[at]!);
    }
    return { x: x[from]!, low: least, high: most };
  });
  return {
    ...band,
    x: points.map((point) => point.x),
    low: points.map((point) => point.low),
    high: points.map((point) => point.high),
  };
}

function partsOf(length: number): (readonly [from: number, to: number])[] {
  const edge = (part: number): number => Math.round((part * length) / MOST_PARTS);
  return Array.from({ length: MOST_PARTS }, (_, part) => [edge(part), edge(part + 1)] as const);
}
