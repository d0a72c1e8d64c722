import { InputError } from '../../errors.js';
import { isInvertible } from '../voxels/geometry.js';
import type { Geometry, Matrix3, Vector3 } from '../voxels/volume.js';

/** A mask of one plane, and where it lies. */
export interface PlacedFrame {
  readonly columns: number;
  readonly rows: number;
  /** 1 = set; row by row. */
  readonly mask: Uint8Array;
  /** Along rows (x), along columns (y). */
  readonly spacingMm: readonly [number, number];
  readonly rowDirection: Vector3;
  readonly columnDirection: Vector3;
  /** Of the centre of its first voxel, LPS. */
  readonly positionMm: Vector3;
  /** Between planes, where the file says it. */
  readonly gapMm?: number;
  /** Where the file says it: what a gap is taken for, where there is one plane alone. */
  readonly thicknessMm?: number;
}

/** Positions of planes are rounded: how far off a place of the grid one may lie, as a share of the gap. */
const OFF_PLACE = 0.1;
const SAME_MM = 0.01;
/** A stack that is longer holds planes of something else. */
const MOST_PLANES = 10_000;

/**
 * The grid around frames that are parallel, with empty planes where frames are left out, and the mask on it. The gap between
 * planes is the one that the frames say, else the smallest one between them, else the thickness of the only plane.
 * Throws InputError naming `file` for frames that make no grid.
 */
export function stackFrames(
  frames: readonly PlacedFrame[],
  file: string,
): { readonly geometry: Geometry; readonly mask: Uint8Array } {
  const [first] = frames as [PlacedFrame];
  const direction = directionOf(first);
  if (!isInvertible(direction) || !first.spacingMm.every((mm) => mm > 0))
    throw refused(file, 'expected frames with two directions and a spacing above 0 mm, received others');
  const normal: Vector3 = [direction[2], direction[5], direction[8]];
  const placed = frames
    .map((frame) => ({ frame, atMm: dot(normal, frame.positionMm) }))
    .sort((a, b) => a.atMm - b.atMm);
  const lowest = placed[0]!;
  const gapMm = gapOf(
    placed.map(({ atMm }) => atMm),
    first,
    file,
  );
  const planes = Math.round((placed.at(-1)!.atMm - lowest.atMm) / gapMm) + 1;
  if (planes > MOST_PLANES) throw refused(file, `expected at most ${MOST_PLANES} planes, received ${planes}`);
  const { columns, rows, spacingMm } = first;
  const mask = new Uint8Array(columns * rows * planes);
  for (const { frame, atMm } of placed) {
    requireParallel(lowest.frame, frame, normal, file);
    const plane = (atMm - lowest.atMm) / gapMm;
    if (Math.abs(plane - Math.round(plane)) > OFF_PLACE)
      throw refused(
        file,
        `expected frames ${gapMm} mm apart or a multiple of it, received one at ${atMm - lowest.atMm} mm from the first`,
      );
    const offset = Math.round(plane) * columns * rows;
    for (let i = 0; i < frame.mask.length; i++) if (frame.mask[i] === 1) mask[offset + i] = 1;
  }
  const geometry: Geometry = {
    size: [columns, rows, planes],
    spacingMm: [...spacingMm, gapMm],
    originMm: lowest.frame.positionMm,
    direction,
  };
  return { geometry, mask };
}

function gapOf(sortedMm: readonly number[], { gapMm, thicknessMm }: PlacedFrame, file: string): number {
  const gaps = sortedMm
    .slice(1)
    .map((mm, i) => mm - sortedMm[i]!)
    .filter((mm) => mm > SAME_MM);
  const smallest = gaps.length === 0 ? undefined : Math.min(...gaps);
  const gap =
    smallest === undefined
      ? (gapMm ?? thicknessMm)
      : gapMm !== undefined && isMultiple(smallest, gapMm)
        ? gapMm
        : smallest;
  if (gap !== undefined) return gap;
  throw refused(file, 'expected a spacing between slices (0018,0088) or a slice thickness, received neither');
}

function isMultiple(mm: number, of: number): boolean {
  const times = mm / of;
  return times > 1 - OFF_PLACE && Math.abs(times - Math.round(times)) <= OFF_PLACE;
}

function requireParallel(first: PlacedFrame, frame: PlacedFrame, normal: Vector3, file: string): void {
  const offset = frame.positionMm.map((mm, i) => mm - first.positionMm[i]!) as unknown as Vector3;
  const along = dot(offset, normal);
  const besideMm = Math.hypot(...offset.map((mm, i) => mm - along * normal[i]!));
  const differ = (a: readonly number[], b: readonly number[]): number =>
    Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
  const turned = Math.max(
    differ(first.rowDirection, frame.rowDirection),
    differ(first.columnDirection, frame.columnDirection),
  );
  if (besideMm <= SAME_MM && turned <= 1e-4 && differ(first.spacingMm, frame.spacingMm) <= 1e-4) return;
  throw refused(
    file,
    'expected frames of one grid, received such with other directions, spacings or places beside each other',
  );
}

function refused(file: string, reason: string): InputError {
  return new InputError(file, `${reason}; convert it to NRRD or NIfTI, for example with 3D Slicer`);
}

function directionOf({ rowDirection: x, columnDirection: y }: PlacedFrame): Matrix3 {
  const n = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
  const length = Math.hypot(...n) || 1;
  return [x[0], y[0], n[0]! / length, x[1], y[1], n[1]! / length, x[2], y[2], n[2]! / length];
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
