import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';
import type { Tube } from './vesselTree.js';

/** `over` blends to the value; `raise` only where it is higher, `lower` only where it is lower. */
export type PaintMode = 'over' | 'raise' | 'lower';

export interface Stroke {
  readonly valueHu: number;
  readonly mode: PaintMode;
  /** Width over which the edge fades; the canvas's own blur at least. */
  readonly edgeMm?: number;
}

/** A scan while it is painted: HU on the scan's grid, addressed in mm around the chest's middle in the world's axes. */
export interface Canvas {
  readonly data: Int16Array;
  readonly size: Vector3;
  /** mm of voxel 0 and step to the next voxel (negative on a flipped axis). */
  readonly startMm: Vector3;
  readonly stepMm: Vector3;
  /** Width of an edge in plane: the larger of voxel and scanner blur. */
  readonly blurMm: number;
}

/**
 * A canvas for a scan with axes along the world's (identity, or x and y flipped).
 * `middleWorldMm` is the chest's middle in the world.
 */
export function createCanvas(geometry: Geometry, middleWorldMm: Vector3, blurMm: number): Canvas {
  const { size, spacingMm, originMm, direction } = geometry;
  const signs: Vector3 = [direction[0], direction[4], direction[8]];
  return {
    data: new Int16Array(size[0] * size[1] * size[2]),
    size,
    startMm: [originMm[0] - middleWorldMm[0], originMm[1] - middleWorldMm[1], originMm[2] - middleWorldMm[2]],
    stepMm: [signs[0] * spacingMm[0], signs[1] * spacingMm[1], signs[2] * spacingMm[2]],
    blurMm: Math.max(blurMm, spacingMm[0], spacingMm[1]),
  };
}

/** First and last voxel index whose centre lies within `low..high` mm along an axis; empty when first > last. */
function indexRange(canvas: Canvas, axis: 0 | 1 | 2, low: number, high: number): [number, number] {
  const a = (low - canvas.startMm[axis]) / canvas.stepMm[axis];
  const b = (high - canvas.startMm[axis]) / canvas.stepMm[axis];
  const first = Math.ceil(Math.min(a, b));
  const last = Math.floor(Math.max(a, b));
  return [Math.max(0, first), Math.min(canvas.size[axis] - 1, last)];
}

/** Heights, relative to a slice's middle, at which a thick slice is sampled: the slice shows their mean. */
function sliceOffsetsMm(canvas: Canvas): number[] {
  const thick = Math.abs(canvas.stepMm[2]);
  const count = Math.max(1, Math.ceil(thick / 0.9));
  return Array.from({ length: count }, (_, i) => (thick * (i + 0.5)) / count - thick / 2);
}

/** False where a stroke leaves a voxel of `before` HU as it is, whatever its share: nothing needs to be computed for it. */
function changes(before: number, { valueHu, mode }: Stroke): boolean {
  return mode === 'raise' ? before < valueHu : mode === 'lower' ? before > valueHu : before !== valueHu;
}

function blend(data: Int16Array, at: number, share: number, { valueHu }: Stroke): void {
  const before = data[at]!;
  data[at] = Math.round(before + share * (valueHu - before));
}

/**
 * Paints the inside of a signed distance (mm, negative inside) within a box of half axes `halfMm` around `center`,
 * with partial volume at its edge.
 */
export function paintShape(
  canvas: Canvas,
  center: Vector3,
  halfMm: Vector3,
  signedDistanceMm: (x: number, y: number, z: number) => number,
  stroke: Stroke,
): void {
  const edge = Math.max(stroke.edgeMm ?? 0, canvas.blurMm);
  const offsets = sliceOffsetsMm(canvas);
  const thick = Math.abs(canvas.stepMm[2]);
  const range = (axis: 0 | 1 | 2, extraMm: number): [number, number] =>
    indexRange(canvas, axis, center[axis] - halfMm[axis] - extraMm, center[axis] + halfMm[axis] + extraMm);
  const [[x0, x1], [y0, y1], [z0, z1]] = [range(0, edge), range(1, edge), range(2, edge + thick / 2)];
  for (let k = z0; k <= z1; k++)
    for (let j = y0; j <= y1; j++)
      for (let i = x0; i <= x1; i++) {
        const at = i + canvas.size[0] * (j + canvas.size[1] * k);
        if (!changes(canvas.data[at]!, stroke)) continue;
        const x = canvas.startMm[0] + i * canvas.stepMm[0];
        const y = canvas.startMm[1] + j * canvas.stepMm[1];
        const z = canvas.startMm[2] + k * canvas.stepMm[2];
        let share = 0;
        for (const offset of offsets)
          share += Math.min(1, Math.max(0, 0.5 - signedDistanceMm(x, y, z + offset) / edge));
        if (share > 0) blend(canvas.data, at, share / offsets.length, stroke);
      }
}

/**
 * Paints a tube with rounded ends. Its share of a voxel is the overlap of the voxel's width with the tube's, so that
 * vessels thinner than a voxel come out faint, not broad.
 */
export function paintTube(canvas: Canvas, tube: Tube, stroke: Stroke, widerMm = 0): void {
  const { from, to } = tube;
  const [fromRadius, toRadius] = [tube.fromRadiusMm + widerMm, tube.toRadiusMm + widerMm];
  const edge = Math.max(stroke.edgeMm ?? 0, canvas.blurMm);
  const offsets = sliceOffsetsMm(canvas);
  const reach = Math.max(fromRadius, toRadius) + edge / 2;
  const thick = Math.abs(canvas.stepMm[2]);
  const range = (axis: 0 | 1 | 2, extraMm: number): [number, number] =>
    indexRange(
      canvas,
      axis,
      Math.min(from[axis], to[axis]) - extraMm,
      Math.max(from[axis], to[axis]) + extraMm,
    );
  const [[x0, x1], [y0, y1], [z0, z1]] = [range(0, reach), range(1, reach), range(2, reach + thick / 2)];
  const [ax, ay, az] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const squared = Math.max(1e-9, ax * ax + ay * ay + az * az);
  const squaredYz = Math.max(1e-9, ay * ay + az * az);
  const far = reach + thick / 2;
  const fromX = from[0] - canvas.startMm[0];
  const { data, size, startMm, stepMm } = canvas;
  for (let k = z0; k <= z1; k++)
    for (let j = y0; j <= y1; j++) {
      const py = startMm[1] + j * stepMm[1] - from[1];
      // A row that passes the tube's shadow in the y-z plane too far away meets none of it.
      const middleZ = startMm[2] + k * stepMm[2] - from[2];
      const beside = (py * ay + middleZ * az) / squaredYz;
      const s = Math.min(1, Math.max(0, beside));
      const sy = py - s * ay;
      const sz = middleZ - s * az;
      if (sy * sy + sz * sz > far * far) continue;
      // Only the stretch of the tube around share `beside`, from x0Mm to x1Mm, is near the row.
      const dy = py - beside * ay;
      const dz = middleZ - beside * az;
      const along = Math.sqrt(Math.max(0, far * far - dy * dy - dz * dz) / squaredYz);
      const x0Mm = ax * Math.min(1, Math.max(0, beside - along)) + fromX;
      const x1Mm = ax * Math.min(1, Math.max(0, beside + along)) + fromX;
      const one = (Math.min(x0Mm, x1Mm) - far) / stepMm[0];
      const other = (Math.max(x0Mm, x1Mm) + far) / stepMm[0];
      const first = Math.max(x0, Math.ceil(Math.min(one, other)));
      const last = Math.min(x1, Math.floor(Math.max(one, other)));
      for (let i = first; i <= last; i++) {
        const at = i + size[0] * (j + size[1] * k);
        if (!changes(data[at]!, stroke)) continue;
        const px = startMm[0] + i * stepMm[0] - from[0];
        let share = 0;
        for (const offset of offsets) {
          const pz = startMm[2] + k * stepMm[2] + offset - from[2];
          const t = Math.min(1, Math.max(0, (px * ax + py * ay + pz * az) / squared));
          const dx = px - t * ax;
          const dy = py - t * ay;
          const dz = pz - t * az;
          const squaredAway = dx * dx + dy * dy + dz * dz;
          if (squaredAway > reach * reach) continue;
          const away = Math.sqrt(squaredAway);
          const radius = fromRadius + t * (toRadius - fromRadius);
          const overlap = Math.min(away + edge / 2, radius) - Math.max(away - edge / 2, -radius);
          if (overlap > 0) share += overlap / edge;
        }
        if (share > 0) blend(data, at, share / offsets.length, stroke);
      }
    }
}
