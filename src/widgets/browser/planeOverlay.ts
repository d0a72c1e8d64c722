import type { PlaneLetters, PlaneName } from '../../figures/slices/planeAxes.js';
import { number, PLANE_COLORS } from './viewerModel.js';

/** CSS pixels in a canvas. */
export type Point = readonly [x: number, y: number];

export interface Overlay {
  readonly name: string;
  readonly plane: PlaneName;
  readonly letters: PlaneLetters | undefined;
  /** Of the box, CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly perMm: number;
  /** Undefined: not drawn. */
  readonly crosshair: Point | undefined;
  readonly markers: readonly { readonly point: Point; readonly class: number }[];
  readonly ringRadius: number;
  /** Ends of the ruler, as they are projected onto the plane, and whether each lies in the slice that is shown. */
  readonly ruler:
    | { readonly ends: readonly { readonly point: Point; readonly here: boolean }[]; readonly mm: number }
    | undefined;
}

/** The lines that cross a plane: the one from top to bottom, and the one from left to right. */
const LINES: Readonly<Record<PlaneName, readonly [PlaneName, PlaneName]>> = {
  axial: ['sagittal', 'coronal'],
  coronal: ['sagittal', 'axial'],
  sagittal: ['coronal', 'axial'],
};
/** Around the voxel itself nothing is drawn. */
const GAP = 8;
const NODULE = '#ffb02e';
const OTHER = '#56b4e9';
const RULER = '#ffe45c';
/** Around what must be read on bright and on dark slices. */
const EDGE = 'rgba(0, 0, 0, 0.75)';

/** A ring is never smaller than this many pixels. */
const RING_MM = 9;

/** Of the ring around a mark, CSS pixels. */
export function ringRadius(perMm: number): number {
  return Math.max(RING_MM, RING_MM * perMm);
}

/** Crosshair, rings, ruler, letters, name and scale of a plane, over its slice. */
export function drawOverlay(context: CanvasRenderingContext2D, overlay: Overlay): void {
  drawCrosshair(context, overlay);
  for (const { point, class: label } of overlay.markers) {
    context.beginPath();
    context.arc(point[0], point[1], overlay.ringRadius, 0, 2 * Math.PI);
    edged(context, markColor(label), 1.5);
  }
  drawRuler(context, overlay);
  const { width, height, letters } = overlay;
  text(context, overlay.name, 8, 16, 'left', PLANE_COLORS[overlay.plane]);
  if (letters !== undefined) {
    text(context, letters.left, 7, height / 2 + 4, 'left');
    text(context, letters.right, width - 7, height / 2 + 4, 'right');
    text(context, letters.top, width / 2, 16, 'center');
    text(context, letters.bottom, width / 2, height - 7, 'center');
  }
  drawScale(context, overlay);
}

/** Orange is a nodule. */
export function markColor(label: number): string {
  return label === 1 ? NODULE : OTHER;
}

function drawCrosshair(context: CanvasRenderingContext2D, overlay: Overlay): void {
  if (overlay.crosshair === undefined) return;
  const { plane, width, height } = overlay;
  // On the middle of a pixel a line of one pixel is sharp.
  const [x, y] = overlay.crosshair.map((value) => Math.round(value - 0.5) + 0.5) as [number, number];
  const [vertical, horizontal] = LINES[plane];
  const lines = [
    [PLANE_COLORS[vertical], [x, 0, x, y - GAP], [x, y + GAP, x, height]],
    [PLANE_COLORS[horizontal], [0, y, x - GAP, y], [x + GAP, y, width, y]],
  ] as const;
  for (const [color, ...parts] of lines) {
    path(context, parts);
    edged(context, color, 1, 'rgba(0, 0, 0, 0.5)');
  }
}

/** Solid where both ends lie in the slice, else dashed: it runs through other slices. */
function drawRuler(context: CanvasRenderingContext2D, { ruler, width, height }: Overlay): void {
  if (ruler === undefined) return;
  const [start, end = start] = ruler.ends;
  const solid = ruler.ends.every(({ here }) => here);
  context.setLineDash(solid ? [] : [5, 4]);
  path(context, [[...start!.point, ...end!.point]]);
  edged(context, RULER, 1.5);
  context.setLineDash([]);
  for (const { point, here } of ruler.ends) {
    context.beginPath();
    context.arc(point[0], point[1], 3, 0, 2 * Math.PI);
    context.fillStyle = here ? RULER : EDGE;
    edged(context, RULER, 1.5);
    context.fill();
  }
  if (ruler.ends.length < 2) return;
  const x = Math.max(34, Math.min(width - 34, (start!.point[0] + end!.point[0]) / 2));
  const y = Math.max(30, Math.min(height - 26, (start!.point[1] + end!.point[1]) / 2 - 8));
  text(context, `${number(ruler.mm, 1)} mm`, x, y, 'center', RULER);
}

/** A bar of a round number of mm at the bottom left. */
export function drawScale(
  context: CanvasRenderingContext2D,
  { perMm, height, width }: Pick<Overlay, 'perMm' | 'height' | 'width'>,
): void {
  const mm = [100, 50, 20, 10, 5, 2].find((length) => length * perMm <= width / 4) ?? 1;
  const y = height - 9.5;
  const end = 8 + mm * perMm;
  path(context, [
    [8, y - 3, 8, y + 3],
    [8, y, end, y],
    [end, y - 3, end, y + 3],
  ]);
  edged(context, '#d7dbe0', 1);
  text(context, `${mm} mm`, 8, y - 7, 'left', '#d7dbe0', 10);
}

function path(
  context: CanvasRenderingContext2D,
  lines: readonly (readonly [number, number, number, number])[],
): void {
  context.beginPath();
  for (const [fromX, fromY, toX, toY] of lines) {
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
}

/** Strokes the path with a dark edge, which can be seen on any slice. */
export function edged(context: CanvasRenderingContext2D, color: string, width: number, edge = EDGE): void {
  context.lineWidth = width + 2;
  context.strokeStyle = edge;
  context.stroke();
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
}

/** Text with a dark edge, which can be read on any slice. */
export function text(
  context: CanvasRenderingContext2D,
  content: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  color = '#f2e9a0',
  size = 12,
): void {
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textAlign = align;
  context.lineJoin = 'round';
  context.lineWidth = 3.5;
  context.strokeStyle = EDGE;
  context.strokeText(content, x, y);
  context.fillStyle = color;
  context.fillText(content, x, y);
}
