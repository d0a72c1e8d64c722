import { InputError } from '../../errors.js';
import { directionOfSlices, eachAxis, isInvertible, normalOf } from '../voxels/geometry.js';
import { newScanMemory } from '../voxels/scanMemory.js';
import { dot } from '../voxels/vectors.js';
import type { Geometry, Vector3 } from '../voxels/volume.js';

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
/** Places that differ by less are one. */
export const SAME_MM = 0.01;
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
  const direction = directionOfSlices(first.rowDirection, first.columnDirection);
  if (!isInvertible(direction) || !first.spacingMm.every((mm) => mm > 0))
    throw refused(file, 'expected frames with two directions and a spacing above 0 mm, received others');
  const normal = normalOf(direction);
  const placed = frames
    .map((frame) => ({ frame, atMm: dot(normal, frame.positionMm) }))
    .sort((a, b) => a.atMm - b.atMm);
  const lowest = placed[0]!;
  const gapMm = gapOf(
    placed.map(({ atMm }) => atMm),
    first,
    file,
  );
  const { columns, rows, spacingMm } = first;
  const size = [columns, rows, planeAt(placed.at(-1)!.atMm - lowest.atMm, gapMm, file) + 1] as const;
  const mask = emptyMask(size, file);
  for (const { frame, atMm } of placed) {
    requireParallel(lowest.frame, frame, normal, file);
    const offset = planeAt(atMm - lowest.atMm, gapMm, file) * columns * rows;
    for (let i = 0; i < frame.mask.length; i++) if (frame.mask[i] === 1) mask[offset + i] = 1;
  }
  const geometry: Geometry = {
    size,
    spacingMm: [...spacingMm, gapMm],
    originMm: lowest.frame.positionMm,
    direction,
  };
  return { geometry, mask };
}

function gapOf(placesMm: readonly number[], { gapMm, thicknessMm }: PlacedFrame, file: string): number {
  const smallest = smallestGapMm(placesMm);
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
  const offset = eachAxis((axis) => frame.positionMm[axis] - first.positionMm[axis]);
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

/**
 * Which plane of a stack lies so far from its first one. Throws InputError for a place between two planes, and for one that no
 * scan has.
 */
export function planeAt(offsetMm: number, gapMm: number, file: string): number {
  const plane = Math.round(offsetMm / gapMm);
  if (Math.abs(offsetMm / gapMm - plane) > OFF_PLACE)
    throw refused(
      file,
      `expected planes ${gapMm} mm apart or a multiple of it, received one at ${offsetMm} mm from the first`,
    );
  if (plane < MOST_PLANES) return plane;
  throw refused(file, `expected at most ${MOST_PLANES} planes, received ${plane + 1}`);
}

/** The smallest distance between planes; undefined where there is but one plane. */
export function smallestGapMm(placesMm: readonly number[]): number | undefined {
  const sorted = placesMm.toSorted((a, b) => a - b);
  const gaps = sorted
    .slice(1)
    .map((mm, i) => mm - sorted[i]!)
    .filter((mm) => mm > SAME_MM);
  return gaps.length === 0 ? undefined : gaps.reduce((least, mm) => Math.min(least, mm));
}

/** An empty mask. Throws InputError where there is less memory than that. */
export function emptyMask([columns, rows, planes]: Vector3, file: string): Uint8Array {
  return new Uint8Array(newScanMemory(columns * rows * planes, file));
}

/** An InputError for what other formats have no such limits of. */
export function refused(file: string, reason: string): InputError {
  return new InputError(file, `${reason}; convert it to NRRD or NIfTI, for example with 3D Slicer`);
}
