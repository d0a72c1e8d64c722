import { millisecondsOf } from '../gpu/timeAxis.js';
import { type Axis, type ChartSpec, colorOf, isDrawn, type Trace } from './figure.js';
import { coordinate, escaped, lettersIn, titleLines } from './markup.js';
import { decadeTicks, linearTicks, powerTicks, type Tick, timeTicks } from './ticks.js';

export interface SvgSize {
  readonly width: number;
  readonly height: number;
}

const MARGIN = { top: 40, right: 16, bottom: 48, left: 60 } as const;
const LEGEND_LINE = 18;
const DASHES = { solid: '', dot: '2 3', dash: '7 4' } as const;
const TEXT = 'font-family="system-ui, sans-serif"';

/** The chart as a standalone SVG: axes with round ticks, curves with gaps, a legend where there are several curves. */
export function renderSvg(spec: ChartSpec, { width, height }: SvgSize = { width: 760, height: 400 }): string {
  const inner = `<rect width="${width}" height="${height}" fill="white"/>${chartContent(spec, { width, height })}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(spec.title)}">${inner}</svg>`;
}

/** The chart without its <svg> element, to be placed into a larger picture. */
export function chartContent(spec: ChartSpec, { width, height }: SvgSize): string {
  const legendRows =
    spec.traces.length > 1 ? legendLayout(spec.traces, width - MARGIN.left - MARGIN.right) : [];
  const lines = titleLines(spec.title, lettersIn(width - MARGIN.left));
  const head = MARGIN.top + 18 * (lines.length - 1);
  const top = head + Math.max(0, ...legendRows.map(({ y }) => y + LEGEND_LINE));
  const box = { left: MARGIN.left, right: width - MARGIN.right, top, bottom: height - MARGIN.bottom };
  const x = scaleOf(
    spec.x,
    spec.traces.flatMap((trace) => trace.x.map(toNumber)),
    box.left,
    box.right,
    8,
  );
  const y = scaleOf(
    spec.y,
    spec.traces.flatMap((trace) => trace.y.filter((value) => value !== null)),
    box.bottom,
    box.top,
    6,
  );
  const clip = `clip-${Math.abs(hashOf(spec.title + width + height))}`;
  return [
    `<g ${TEXT} font-size="12" fill="#333">`,
    ...lines.map(
      (line, at) =>
        `<text x="${MARGIN.left}" y="${22 + 18 * at}" font-size="15" font-weight="600">${escaped(line)}</text>`,
    ),
    ...legendRows.map(({ trace, index, x: at, y: line }) =>
      legendEntry(trace, index, MARGIN.left + at, head - 4 + line),
    ),
    ...y.ticks.map(({ value, label }) => {
      const at = coordinate(y.place(value));
      return `<path d="M${box.left} ${at}H${box.right}" stroke="#e5e5e5"/><text x="${box.left - 8}" y="${at}" dy="4" text-anchor="end">${label}</text>`;
    }),
    ...x.ticks.map(({ value, label }) => {
      const at = coordinate(x.place(value));
      return `<path d="M${at} ${box.bottom}v5" stroke="#888"/><text x="${at}" y="${box.bottom + 19}" text-anchor="middle">${label}</text>`;
    }),
    `<path d="M${box.left} ${box.top}V${box.bottom}H${box.right}" fill="none" stroke="#888"/>`,
    `<text x="${(box.left + box.right) / 2}" y="${height - 10}" text-anchor="middle">${escaped(spec.x.title)}</text>`,
    `<text transform="translate(16 ${(box.top + box.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(spec.y.title)}</text>`,
    `<clipPath id="${clip}"><rect x="${box.left}" y="${box.top - 2}" width="${box.right - box.left}" height="${box.bottom - box.top + 4}"/></clipPath>`,
    `<g clip-path="url(#${clip})" fill="none" stroke-linejoin="round">`,
    ...spec.traces.map((trace, index) => curve(trace, index, x.place, y.place)),
    '</g>',
    ...spec.traces.map((trace, index) => dots(trace, index, x.place, y.place, box)),
    ...spec.traces.map((trace) => pointLabels(trace, x.place, y.place, box.top)),
    '</g>',
  ].join('');
}

interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly Tick[];
}

function scaleOf(axis: Axis, values: readonly number[], from: number, to: number, count: number): Scale {
  let [low, high] = axis.range ?? [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  if (axis.type === 'log2' || axis.type === 'log10') {
    const octaves = Math.log2(high / low);
    return {
      place: (value) => from + (Math.log2(value / low) / octaves) * (to - from),
      ticks: (axis.type === 'log2' ? powerTicks : decadeTicks)(low, high),
    };
  }
  const ticks = axis.type === 'date' ? timeTicks(low, high, count) : linearTicks(low, high, count);
  return { place: (value) => from + ((value - low) / (high - low)) * (to - from), ticks };
}

/** Gaps (null) break the line. */
function curve(trace: Trace, index: number, placeX: Scale['place'], placeY: Scale['place']): string {
  const points = pointsOf(trace, placeX, placeY);
  const path = points
    .map((point, i) =>
      point === undefined
        ? ''
        : `${points[i - 1] === undefined ? 'M' : 'L'}${coordinate(point[0])} ${coordinate(point[1])}`,
    )
    .join('');
  const dash = DASHES[trace.dash ?? 'solid'];
  return `<path d="${path}" stroke="${escaped(colorOf(trace, index))}" stroke-width="${trace.width ?? 2}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Markers, and points between two gaps; outside the clipped part, so that none at the edge is cut. */
function dots(trace: Trace, index: number, placeX: Scale['place'], placeY: Scale['place'], box: Box): string {
  const points = pointsOf(trace, placeX, placeY);
  const isAlone = (i: number): boolean => points[i - 1] === undefined && points[i + 1] === undefined;
  return points
    .map((point, i) => {
      if (point === undefined || !(trace.markers === true || isAlone(i))) return '';
      const [x, y] = point;
      if (x < box.left - 0.5 || x > box.right + 0.5 || y < box.top - 0.5 || y > box.bottom + 0.5) return '';
      return `<circle cx="${coordinate(x)}" cy="${coordinate(y)}" r="3" fill="${escaped(colorOf(trace, index))}"/>`;
    })
    .join('');
}

function pointsOf(
  trace: Trace,
  placeX: Scale['place'],
  placeY: Scale['place'],
): (readonly [number, number] | undefined)[] {
  return trace.y.map((value, i) =>
    value === null ? undefined : ([placeX(toNumber(trace.x[i]!)), placeY(value)] as const),
  );
}

/** Outside the clipped part, so that no text is cut: at the upper edge it moves down. */
function pointLabels(
  { x, y, labels = [] }: Trace,
  placeX: Scale['place'],
  placeY: Scale['place'],
  top: number,
): string {
  return labels
    .map((label, i) => {
      const value = y[i] ?? null;
      if (label === '' || value === null) return '';
      const at = Math.max(top + 10, placeY(value) - 5);
      return `<text x="${coordinate(placeX(toNumber(x[i]!)))}" y="${coordinate(at)}" font-size="10" text-anchor="middle">${escaped(label)}</text>`;
    })
    .join('');
}

function legendLayout(
  traces: readonly Trace[],
  width: number,
): { trace: Trace; index: number; x: number; y: number }[] {
  let [x, y] = [0, 0];
  return traces.flatMap((trace, index) => {
    if (!isDrawn(trace)) return [];
    const entryWidth = 40 + trace.name.length * 7;
    if (x > 0 && x + entryWidth > width) [x, y] = [0, y + LEGEND_LINE];
    const place = { trace, index, x, y };
    x += entryWidth;
    return [place];
  });
}

function legendEntry(trace: Trace, index: number, x: number, y: number): string {
  const dash = DASHES[trace.dash ?? 'solid'];
  return `<path d="M${x} ${y}h20" stroke="${escaped(colorOf(trace, index))}" stroke-width="${trace.width ?? 2}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/><text x="${x + 26}" y="${y + 4}">${escaped(trace.name)}</text>`;
}

function toNumber(value: number | string): number {
  return typeof value === 'number' ? value : millisecondsOf(value);
}

function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
