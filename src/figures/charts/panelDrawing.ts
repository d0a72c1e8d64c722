import { runsOf } from '../drawing/clippedLine.js';
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
import { heatColor } from '../drawing/heatColor.js';
import { fitting, widthOf } from '../drawing/strokeFont.js';
import { linearTicks, type Tick, timeTicks } from '../drawing/ticks.js';
import { GREY } from './chartSpec.js';
import type { HeatPanel, LanePanel, Panel, PanelSpec } from './panelSpec.js';

const WIDTH = 760;
const RIGHT = 70;
const TOP = 44;
const GAP = 10;
const BOTTOM = 46;
export const LANE_HEIGHT = 44;
const HEAT_ROW = 16;
const FAINT = '#e5e5e5';
const LINE = '#999999';

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  readonly x: (value: number) => number;
}

/** Panels as a picture: lanes one above the other, one axis below. */
export function panelDrawing({ title, x, panels, marks = [] }: PanelSpec, width = WIDTH): Drawing {
  const [low, high] = x.range[0] < x.range[1] ? x.range : [x.range[0] - 0.5, x.range[0] + 0.5];
  const right = width - RIGHT;
  const left = nameWidth(namesOfPanels(panels));
  const tickCount = Math.max(2, Math.floor((right - left) / 100));
  const placeX = (value: number): number => left + ((value - low) / (high - low)) * (right - left);
  const ticks = x.type === 'date' ? timeTicks(low, high, tickCount) : linearTicks(low, high, tickCount);
  let y = TOP;
  const boxes = panels.map((panel) => {
    const box = { top: y, bottom: y + panelHeight(panel), left, right, x: placeX };
    y = box.bottom + GAP;
    return { panel, box };
  });
  const bottom = y - GAP;
  return {
    title,
    width,
    height: bottom + BOTTOM,
    shapes: [
      textShape(12, 24, title, titleSize(title, width), { bold: true }),
      ...ticks.map(({ value }) => lineShape([placeX(value), TOP], [placeX(value), bottom], FAINT)),
      ...boxes.flatMap(({ panel, box }) =>
        panel.kind === 'heat' ? heatShapes(panel, box) : laneShapes(panel, box),
      ),
      ...markShapes(marks, placeX, bottom),
      ...ticks.flatMap((tick) => axisTick(tick, placeX(tick.value), bottom)),
      textShape((left + right) / 2, bottom + 38, x.title, 12, { anchor: 'middle' }),
    ],
  };
}

/** Dashed lines across all panels; a label where the one before leaves it room. */
function markShapes(
  marks: NonNullable<PanelSpec['marks']>,
  x: (value: number) => number,
  bottom: number,
): Shape[] {
  let free = Number.NEGATIVE_INFINITY;
  return marks.flatMap(({ x: value, label }): Shape[] => {
    const at = x(value);
    const half = widthOf(label, 10) / 2 + 4;
    const isLabelled = at - half > free;
    if (isLabelled) free = at + half;
    return [
      lineShape([at, TOP - 2], [at, bottom], GREY, [3, 3]),
      ...(isLabelled ? [textShape(at, TOP - 6, label, 10, { anchor: 'middle' })] : []),
    ];
  });
}

/** The names in front of lanes and rows. */
export function namesOfPanels(panels: readonly Panel[]): string[] {
  return panels.flatMap((panel) =>
    panel.kind === 'lane' ? [panel.label] : panel.hosts.flatMap(({ rows }) => rows.map(({ label }) => label)),
  );
}

/** Height of a panel in pixels. */
export function panelHeight(panel: Panel): number {
  if (panel.kind === 'lane') return panel.height ?? LANE_HEIGHT;
  return HEAT_ROW * panel.hosts.reduce((rows, host) => rows + host.rows.length, 0);
}

function axisTick({ label }: Tick, x: number, bottom: number): Shape[] {
  return [
    lineShape([x, bottom], [x, bottom + 5], LINE),
    textShape(x, bottom + 19, label, 11, { anchor: 'middle' }),
  ];
}

function heatShapes({ hosts, range, unit }: HeatPanel, box: Box): Shape[] {
  const { top, left, x } = box;
  let y = top;
  const rows = hosts.flatMap(({ edges, rows: own }) =>
    own.flatMap(({ label, values }) => {
      const at = y;
      y += HEAT_ROW;
      const cells = values.flatMap((value, column): Shape[] => {
        if (value === null) return [];
        const [from, to] = [x(edges[column]!), x(edges[column + 1]!)];
        const fill = heatColor((value - range[0]) / (range[1] - range[0]));
        return [{ kind: 'rectangle', x: from, y: at, width: to - from, height: HEAT_ROW - 1, fill }];
      });
      return [...cells, textShape(left - 8, at + 12, fitting(label, 11, left - 16), 11, { anchor: 'end' })];
    }),
  );
  return [...rows, ...scale(range, unit, box)];
}

/** What the colours mean, at the right. */
function scale([low, high]: readonly [number, number], unit: string, { top, bottom, right }: Box): Shape[] {
  const steps = 16;
  const x = right + 10;
  const height = (bottom - top - 1) / steps;
  const bars = Array.from({ length: steps }, (_, step): Shape => {
    const fill = heatColor(1 - (step + 0.5) / steps);
    return { kind: 'rectangle', x, y: top + step * height, width: 10, height, fill };
  });
  return [
    ...bars,
    textShape(x + 14, top + 9, `${high} ${unit}`, 10),
    textShape(x + 14, bottom - 2, String(low), 10),
  ];
}

function laneShapes(panel: LanePanel, { top, bottom, left, right, x }: Box): Shape[] {
  const [low, high] = panel.range;
  const y = (value: number): number => bottom - ((value - low) / (high - low || 1)) * (bottom - top);
  return [
    ...(panel.bands ?? []).flatMap((band): Shape[] =>
      runsOf(band.low).map(([from, to]) => ({
        kind: 'band',
        x: band.x.slice(from, to + 1).map(x),
        low: band.low.slice(from, to + 1).map((value) => y(value!)),
        high: band.high.slice(from, to + 1).map((value) => y(value!)),
        fill: band.color,
      })),
    ),
    lineShape([left, bottom], [right, bottom], LINE),
    lineShape([left, top], [right, top], FAINT),
    ...(panel.limit === undefined
      ? []
      : [lineShape([left, y(panel.limit)], [right, y(panel.limit)], LINE, [4, 4])]),
    ...panel.curves.flatMap((curve): Shape[] =>
      runsOf(curve.y).map(([from, to]) => {
        const points = curve.y
          .slice(from, to + 1)
          .map((value, at): Point => [x(curve.x[from + at]!), y(value!)]);
        // A point between two gaps is seen as a short line.
        const [only] = points;
        const seen = points.length > 1 ? points : [only!, [only![0] + 1.5, only![1]] as const];
        return pathShape(seen, curve.color, 1.5);
      }),
    ),
    textShape(left - 8, (top + bottom) / 2 + 4, fitting(panel.label, 11, left - 16), 11, { anchor: 'end' }),
    textShape(right + 6, top + 9, `${shortNumber(high)} ${panel.unit}`, 10),
    textShape(right + 6, bottom, shortNumber(low), 10),
  ];
}

/** With three digits: an axis has less room than a sentence. */
function shortNumber(value: number): string {
  return Number(value.toPrecision(3)) >= 1000
    ? String(Math.round(value))
    : String(Number(value.toPrecision(3)));
}
