import { extentOf, notFinite } from './chartData.js';
import type { Band, ChartPart, ChartSpec, Trace } from './chartSpec.js';
import { isDrawn } from './chartSpec.js';

/** A curve of at most so many points is told point by point. */
const FEW = 8;

/** What a chart shows, in sentences: its own, or the numbers of each curve. */
export function chartSays(spec: ChartSpec): string[] {
  const bad = notFinite(spec);
  return [
    ...(spec.says ?? [spec, ...(spec.below ?? [])].flatMap(partSays)),
    ...(bad === 0 ? [] : [`${bad} ${bad === 1 ? 'value is' : 'values are'} no finite number and left out`]),
  ];
}

function partSays({ y, traces, bands = [] }: ChartPart): string[] {
  const said = [...bands.filter(isBandDrawn).map(bandSays), ...traces.filter(isDrawn).map(traceSays)];
  return said.length === 0 ? [`${y.title}: nothing to draw`] : said;
}

/** Whether a band is anywhere. */
export function isBandDrawn({ low }: Pick<Band, 'low'>): boolean {
  return low.some((value) => value !== null);
}

function traceSays({ name, x, y }: Trace): string {
  const points = x.flatMap((at, i) => {
    const value = y[i] ?? null;
    return value === null || !Number.isFinite(value) ? [] : [{ at, value }];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return `${name}: no point`;
  if (points.length <= FEW)
    return `${name}: ${points.map(({ at, value }) => `${shortNumber(value)} at ${shortNumber(at)}`).join(', ')}`;
  const by = (isBetter: (a: number, b: number) => boolean) =>
    points.reduce((best, point) => (isBetter(point.value, best.value) ? point : best));
  const [low, high] = [by((a, b) => a < b), by((a, b) => a > b)];
  return `${name}: ${shortNumber(first.value)} at ${shortNumber(first.at)} to ${shortNumber(last.value)} at ${shortNumber(last.at)}, lowest ${shortNumber(low.value)} at ${shortNumber(low.at)}, highest ${shortNumber(high.value)} at ${shortNumber(high.at)} (${points.length.toLocaleString('en')} points)`;
}

function bandSays({ name, low, high }: Band): string {
  const finite = (values: readonly (number | null)[]): number[] =>
    values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const [[least], [, most]] = [extentOf(finite(low)), extentOf(finite(high))];
  return `${name}: from ${shortNumber(least)} to ${shortNumber(most)}`;
}

/** With four digits, as one says them; whole numbers whole. */
export function shortNumber(value: number | string): string {
  if (typeof value === 'string') return value;
  // Steps, rows, MiB: rounded they would not add up.
  return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
