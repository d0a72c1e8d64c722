import { type Box, clippedLine, runsOf } from '../drawing/clippedLine.js';
import { type Drawing, lineShape, type Point, pathShape, type Shape, textShape } from '../drawing/drawing.js';
import { lettersIn, titleLines } from '../drawing/markup.js';
import { fitting, widthOf } from '../drawing/strokeFont.js';
import { placesOf, type Scale, scaleOf, toNumber, widthAt, yScale } from './chartScale.js';
import { type Band, type ChartPart, type ChartSpec, colorOf, isDrawn, type Trace } from './chartSpec.js';
import { isBandDrawn } from './chartText.js';

/** Of a chart alone, in pixels; each one below it makes it higher. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

const MARGIN = { top: 40, right: 16, bottom: 48, left: 60 } as const;
const LEGEND_LINE = 18;
const LOWER_HEIGHT = 92;
const LEAST_HEIGHT = 150;
const BETWEEN = 18;
const [UPPER_TICKS, LOWER_TICKS] = [6, 3];
const DASHES = { solid: undefined, dot: [2, 3], dash: [7, 4] } as const;
const AXIS_LINE = '#888888';
const GRID = '#e5e5e5';
/** Letters of what stands at a point. */
const LABEL = 11;

/** The chart as a picture: axes with round ticks, bands, curves with gaps, a legend where there are several. */
export function chartDrawing(
  spec: ChartSpec,
  { width, height }: ChartSize = { width: 760, height: 400 },
): Drawing {
  const parts: readonly ChartPart[] = [spec, ...(spec.below ?? [])];
  const lines = titleLines(spec.title, lettersIn(width - MARGIN.left));
  const [left, right] = [leftOf(parts), width - MARGIN.right];
  const shapes = lines.map((line, at) => textShape(MARGIN.left, 22 + 18 * at, line, 15, { bold: true }));
  const x = scaleOf(spec.x, placesOf(parts), [left, right], 8);
  let y = MARGIN.top + 18 * (lines.length - 1);
  for (const [at, part] of parts.entries()) {
    const legend = legendOf(part, left, right, y);
    const top = y + legend.height;
    // A legend of many lines leaves the curves their room.
    const bottom = at === 0 ? Math.max(height - MARGIN.bottom, top + LEAST_HEIGHT) : top + LOWER_HEIGHT;
    const box = { left, right, top, bottom };
    const isLast = at === parts.length - 1;
    shapes.push(
      ...legend.shapes,
      ...partShapes(part, x, box, at === 0 ? UPPER_TICKS : LOWER_TICKS),
      ...xTicks(x, bottom, isLast),
    );
    y = bottom + BETWEEN;
  }
  const bottom = y - BETWEEN;
  shapes.push(
    textShape((left + right) / 2, bottom + 38, fitting(spec.x.title, 12, 0.9 * (right - left)), 12, {
      anchor: 'middle',
    }),
  );
  return { title: spec.title, width, height: bottom + MARGIN.bottom, shapes };
}

/** Room for the title of an axis and its longest number. */
function leftOf(parts: readonly ChartPart[]): number {
  const labels = parts.flatMap((part, at) =>
    yScale(part, [0, 1], at === 0 ? UPPER_TICKS : LOWER_TICKS).ticks.map(({ label }) => widthOf(label, 12)),
  );
  return Math.max(MARGIN.left, Math.ceil(34 + Math.max(0, ...labels)));
}

function partShapes(part: ChartPart, x: Scale, box: Box, tickCount: number): Shape[] {
  const { bands = [], traces } = part;
  const { left, right, top, bottom } = box;
  const y = yScale(part, [bottom, top], tickCount);
  const placed = (trace: Trace): (Point | undefined)[] =>
    trace.y.map((value, at) =>
      value === null ? undefined : [x.place(toNumber(trace.x[at]!)), y.place(value)],
    );
  return [
    ...bands.filter(isBandDrawn).flatMap((band) => bandShapes(band, x, y, box)),
    ...y.ticks.flatMap(({ value, label }): Shape[] => [
      lineShape([left, y.place(value)], [right, y.place(value)], GRID),
      textShape(left - 8, y.place(value) + 4, label, 12, { anchor: 'end' }),
    ]),
    ...traces.flatMap((trace, index) => barShapes(trace, colorOf(trace, index), x, y, box)),
    pathShape(
      [
        [left, top],
        [left, bottom],
        [right, bottom],
      ],
      AXIS_LINE,
    ),
    textShape(16, (top + bottom) / 2, fitting(part.y.title, 12, bottom - top), 12, {
      ...{ anchor: 'middle', turned: true },
    }),
    ...traces.flatMap((trace, index) => lineShapes(trace, colorOf(trace, index), placed(trace), box)),
    ...labelShapes(traces.filter(isDrawn), placed, box),
  ];
}

function xTicks({ place, ticks }: Scale, bottom: number, isLabelled: boolean): Shape[] {
  return ticks.flatMap(({ value, label }): Shape[] => [
    lineShape([place(value), bottom], [place(value), bottom + 5], AXIS_LINE),
    ...(isLabelled ? [textShape(place(value), bottom + 19, label, 12, { anchor: 'middle' })] : []),
  ]);
}

/** Entries beside each other, in as many lines as they need; one alone needs none. */
function legendOf(
  { traces, bands = [] }: ChartPart,
  left: number,
  right: number,
  top: number,
): { readonly shapes: Shape[]; readonly height: number } {
  const entries = [
    ...traces.map((trace, index) => ({ ...trace, color: colorOf(trace, index) })).filter(isDrawn),
    ...bands.filter(isBandDrawn).map(({ name, color }) => ({ name, color, isFilled: true })),
  ];
  if (traces.length + bands.length < 2) return { shapes: [], height: 0 };
  let [x, y] = [left, top - 4];
  const shapes = entries.flatMap((entry): Shape[] => {
    const name = fitting(entry.name, 12, right - left - 40);
    const width = 40 + widthOf(name, 12);
    if (x > left && x + width > right + 16) [x, y] = [left, y + LEGEND_LINE];
    const at = x;
    x += width;
    return [swatch(entry, at, y), textShape(at + 26, y + 4, name, 12)];
  });
  return { shapes, height: y + 4 + LEGEND_LINE - top };
}

type Swatch = Pick<Trace, 'bars' | 'dash' | 'width'> & {
  readonly color: string;
  readonly isFilled?: boolean;
};

function swatch({ color, isFilled, bars, dash, width }: Swatch, x: number, y: number): Shape {
  if (isFilled === true || bars !== undefined)
    return { kind: 'rectangle', x: x + 4, y: y - 6, width: 14, height: 12, fill: color };
  const points: Point[] = [
    [x, y],
    [x + 20, y],
  ];
  return pathShape(points, color, Math.max(2, width ?? 2), DASHES[dash ?? 'solid']);
}

function bandShapes({ x, low, high, color }: Band, placeX: Scale, placeY: Scale, box: Box): Shape[] {
  const within = (value: number, a: number, b: number): number => Math.max(a, Math.min(b, value));
  const edge = (values: readonly (number | null)[]): number[] =>
    values.map((value) => within(placeY.place(value!), box.top, box.bottom));
  return runsOf(low).map(([from, to]): Shape => {
    const places = x
      .slice(from, to + 1)
      .map((value) => within(placeX.place(toNumber(value)), box.left, box.right));
    const [lower, upper] = [edge(low.slice(from, to + 1)), edge(high.slice(from, to + 1))];
    // A place between two gaps is seen as a narrow bar.
    if (places.length === 1) {
      const y = Math.min(upper[0]!, lower[0]!);
      const height = Math.abs(lower[0]! - upper[0]!);
      return { kind: 'rectangle', x: places[0]! - 2, y, width: 4, height, fill: color };
    }
    return { kind: 'band', x: places, low: lower, high: upper, fill: color };
  });
}

function barShapes({ x, y, bars }: Trace, fill: string, placeX: Scale, placeY: Scale, box: Box): Shape[] {
  if (bars === undefined) return [];
  return x.flatMap((value, at): Shape[] => {
    const high = y[at] ?? null;
    if (high === null) return [];
    const [left, right] = [-0.5, 0.5].map((side) =>
      placeX.place(toNumber(value) + side * widthAt(bars.width, at)),
    );
    const ends = [high, bars.base?.[at] ?? 0].map((end) =>
      Math.max(box.top, Math.min(box.bottom, placeY.place(end))),
    );
    const top = Math.min(...ends);
    return [
      { kind: 'rectangle', x: left!, y: top, width: right! - left!, height: Math.max(...ends) - top, fill },
    ];
  });
}

/** Curves without what lies beyond the axes; markers and points between two gaps as dots, whole also at the edge. */
function lineShapes(
  { markers, dash, width, bars }: Trace,
  color: string,
  points: readonly (Point | undefined)[],
  box: Box,
): Shape[] {
  if (bars !== undefined) return [];
  const isAlone = (at: number): boolean => points[at - 1] === undefined && points[at + 1] === undefined;
  return [
    ...clippedLine(points, box).map((part) => pathShape(part, color, width ?? 2, DASHES[dash ?? 'solid'])),
    ...points.flatMap((point, at): Shape[] => {
      if (point === undefined || !(markers === true || isAlone(at))) return [];
      const [x, y] = point;
      const isOutside =
        x < box.left - 0.5 || x > box.right + 0.5 || y < box.top - 0.5 || y > box.bottom + 0.5;
      return isOutside ? [] : [{ kind: 'dot', x, y, radius: 3, color }];
    }),
  ];
}

/** Labels above their points; below them where another one stands, or beside. At an edge they move inwards, so that none is cut. */
function labelShapes(
  traces: readonly Trace[],
  placed: (trace: Trace) => (Point | undefined)[],
  box: Box,
): Shape[] {
  const taken: Point[] = [];
  return traces.flatMap((trace) => {
    const points = placed(trace);
    return (trace.labels ?? []).flatMap((label, at): Shape[] => {
      const point = points[at];
      if (label === '' || point === undefined) return [];
      const half = widthOf(label, LABEL) / 2;
      const places = [
        [point[0], point[1] - 5],
        [point[0], point[1] + 15],
        [point[0] + half + 8, point[1] + 4],
      ].map(
        ([x, y]): Point => [
          Math.max(half + 2, Math.min(box.right + MARGIN.right - half - 2, x!)),
          Math.max(box.top + 10, y!),
        ],
      );
      const isFree = ([x, y]: Point): boolean =>
        taken.every(([left, top]) => Math.abs(left - x) > 2 * half || Math.abs(top - y) > LABEL + 3);
      const place = places.find(isFree) ?? places[0]!;
      taken.push(place);
      return [textShape(...place, label, LABEL, { anchor: 'middle' })];
    });
  });
}
