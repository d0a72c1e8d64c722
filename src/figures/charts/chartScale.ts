import { millisecondsOf } from '../../gpu/records/timeAxis.js';
import { decadeTicks, linearTicks, nameTicks, powerTicks, type Tick, timeTicks } from '../drawing/ticks.js';
import { extentOf } from './chartData.js';
import type { Axis, ChartPart } from './chartSpec.js';

/** Values of an axis as places in a picture. */
export interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** Of an axis whose values have names. */
export const MOST_NAMES = 24;

/** All places of the shared axis. */
export function placesOf(parts: readonly ChartPart[]): number[] {
  return parts.flatMap(({ traces, bands = [] }) => [
    ...traces.flatMap(({ x, y, bars }) =>
      x.flatMap((value, at) => {
        if (y[at] === null) return [];
        const half = bars === undefined ? 0 : widthAt(bars.width, at) / 2;
        const place = toNumber(value);
        return half === 0 ? [place] : [place - half, place + half];
      }),
    ),
    ...bands.flatMap(({ x, low }) => x.filter((_, at) => low[at] !== null).map(toNumber)),
  ]);
}

function valuesOf({ traces, bands = [] }: ChartPart): number[] {
  const isThere = (value: number | null): value is number => value !== null;
  return [
    ...traces.flatMap(({ y, bars }) => [
      ...y.filter(isThere),
      ...(bars === undefined ? [] : [0, ...(bars.base ?? []).filter(isThere)]),
    ]),
    ...bands.flatMap(({ low, high }) => [...low.filter(isThere), ...high.filter(isThere)]),
  ];
}

/** An axis without a range of its own ends at round numbers. */
export function yScale(part: ChartPart, place: readonly [number, number], count: number): Scale {
  const values = valuesOf(part);
  const { range, type, names } = part.y;
  const isFree = range === undefined && names === undefined && (type ?? 'linear') === 'linear';
  const ends = isFree ? roundEnds(values, count) : undefined;
  return scaleOf(ends === undefined ? part.y : { ...part.y, range: ends }, values, place, count);
}

function roundEnds(values: readonly number[], count: number): [low: number, high: number] | undefined {
  const [low, high] = extentOf(values);
  const [first, second] = linearTicks(low, high, count);
  if (first === undefined || second === undefined || !(low < high)) return undefined;
  const step = second.value - first.value;
  const slack = 1e-6;
  return [Math.floor(low / step + slack) * step, Math.ceil(high / step - slack) * step];
}

/** Throws RangeError for a logarithmic axis with a range that is not above 0. */
export function scaleOf(
  axis: Axis,
  values: readonly number[],
  [from, to]: readonly [number, number],
  count: number,
): Scale {
  const isLog = axis.type === 'log2' || axis.type === 'log10';
  let [low, high] = axis.range ?? extentOf(values);
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = isLog ? [1, 10] : [0, 1];
  if (isLog && !(low > 0))
    throw new RangeError(`Expected a range above 0 of a logarithmic axis, received ${low} to ${high}`);
  if (low === high) [low, high] = isLog ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  if (isLog) {
    const octaves = Math.log2(high / low);
    return {
      place: (value) => from + (Math.log2(value / low) / octaves) * (to - from),
      ticks: (axis.type === 'log2' ? powerTicks : decadeTicks)(low, high),
    };
  }
  const ticks =
    axis.names !== undefined
      ? nameTicks(axis.names, MOST_NAMES).filter(({ value }) => value >= low && value <= high)
      : axis.type === 'date'
        ? timeTicks(low, high, count)
        : linearTicks(low, high, count);
  return { place: (value) => from + ((value - low) / (high - low)) * (to - from), ticks };
}

/** Of a bar. */
export function widthAt(width: number | readonly number[], at: number): number {
  return typeof width === 'number' ? width : width[at]!;
}

/** A number, or a local time in milliseconds. */
export function toNumber(value: number | string): number {
  return typeof value === 'number' ? value : millisecondsOf(value);
}
