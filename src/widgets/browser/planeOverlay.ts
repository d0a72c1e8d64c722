import type { PlaneLetters, PlaneName } from '../../figures/planeAxes.js';
import { PLANE_COLORS } from './viewerModel.js';

export interface Overlay {
  readonly name: string;
  readonly plane: PlaneName;
  readonly letters: PlaneLetters | undefined;
  /** Of the box, CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly perMm: number;
  readonly crosshair: readonly [number, number];
  readonly markers: readonly { readonly point: readonly [number, number]; readonly class: number }[];
  readonly ringRadius: number;
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
/** Around what must be read on bright and on dark slices. */
const EDGE = 'rgba(0, 0, 0, 0.75)';

/** Crosshair, rings, letters, name and scale of a plane, over its slice. */
export function drawOverlay(context: CanvasRenderingContext2D, overlay: Overlay): void {
  drawCrosshair(context, overlay);
  for (const { point, class: label } of overlay.markers) {
    context.beginPath();
    context.arc(point[0], point[1], overlay.ringRadius, 0, 2 * Math.PI);
    context.strokeStyle = label === 1 ? NODULE : OTHER;
    context.lineWidth = 1.5;
    context.stroke();
  }
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

function drawCrosshair(
  context: CanvasRenderingContext2D,
  { crosshair, plane, width, height }: Overlay,
): void {
  // On the middle of a pixel a line of one pixel is sharp.
  const [x, y] = crosshair.map((value) => Math.round(value - 0.5) + 0.5) as [number, number];
  const [vertical, horizontal] = LINES[plane];
  context.lineWidth = 1;
  context.globalAlpha = 0.75;
  line(context, PLANE_COLORS[vertical], [x, 0, x, y - GAP], [x, y + GAP, x, height]);
  line(context, PLANE_COLORS[horizontal], [0, y, x - GAP, y], [x + GAP, y, width, y]);
  context.globalAlpha = 1;
}

/** A bar of a round number of mm at the bottom left. */
function drawScale(context: CanvasRenderingContext2D, { perMm, height, width }: Overlay): void {
  const mm = [100, 50, 20, 10, 5, 2].find((length) => length * perMm <= width / 4) ?? 1;
  const y = height - 9.5;
  const end = 8 + mm * perMm;
  const bar = [
    [8, y - 3, 8, y + 3],
    [8, y, end, y],
    [end, y - 3, end, y + 3],
  ] as const;
  context.lineWidth = 3;
  line(context, EDGE, ...bar);
  context.lineWidth = 1;
  line(context, '#d7dbe0', ...bar);
  text(context, `${mm} mm`, 8, y - 7, 'left', '#d7dbe0', 10);
}

function line(
  context: CanvasRenderingContext2D,
  color: string,
  ...lines: readonly (readonly [number, number, number, number])[]
): void {
  context.strokeStyle = color;
  context.beginPath();
  for (const [fromX, fromY, toX, toY] of lines) {
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
  context.stroke();
}

/** Text with a dark edge, which can be read on any slice. */
function text(
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
  context.lineWidth = 3;
  context.strokeStyle = EDGE;
  context.strokeText(content, x, y);
  context.fillStyle = color;
  context.fillText(content, x, y);
}
