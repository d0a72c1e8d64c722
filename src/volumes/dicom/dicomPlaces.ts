import { directionOfSlices, eachAxis, invert, multiply, normalOf } from '../voxels/geometry.js';
import { dot } from '../voxels/vectors.js';
import type { Matrix3, Vector3 } from '../voxels/volume.js';
import type { DicomSlice } from './dicomHeader.js';

/** A slice with its place in the series. */
export interface PlacedSlice {
  readonly slice: DicomSlice;
  /** Along the normal, from the world's origin. */
  readonly atMm: number;
  /** Of its first voxel beside that of the first slice, along rows (x) and columns (y). */
  readonly besideMm: readonly [number, number];
  /** The axes of the series: those of the first slice, and their normal. */
  readonly direction: Matrix3;
}

/** Slices in the order of their positions along the normal of the first one's axes; which is first does not depend on names. */
export function placedAlong(slices: readonly DicomSlice[]): readonly PlacedSlice[] {
  const along = (direction: Matrix3) => (slice: DicomSlice) => dot(normalOf(direction), slice.positionMm);
  const directionOf = ({ rowDirection, columnDirection }: DicomSlice): Matrix3 =>
    directionOfSlices(rowDirection, columnDirection);
  const some = along(directionOf(slices[0]!));
  const first = slices.reduce((lowest, slice) => (some(slice) < some(lowest) ? slice : lowest));
  const direction = directionOf(first);
  const toAxes = invert(direction);
  const at = along(direction);
  return slices
    .map((slice): PlacedSlice => {
      const offset = eachAxis((axis) => slice.positionMm[axis] - first.positionMm[axis]);
      const [x, y] = multiply(toAxes, offset);
      return { slice, atMm: at(slice), besideMm: [x, y], direction };
    })
    .sort((a, b) => a.atMm - b.atMm);
}

/** How far apart the spacings, and the orientations, of two slices of one size put their last voxel, in mm. */
export function cornerMm(
  a: DicomSlice,
  b: DicomSlice,
): { readonly spacing: number; readonly orientation: number } {
  const steps = [a.pixels.columns - 1, a.pixels.rows - 1] as const;
  const apart = (one: Vector3, other: Vector3): number =>
    Math.hypot(...one.map((value, i) => value - other[i]!));
  return {
    spacing: Math.max(...steps.map((n, axis) => n * Math.abs(a.spacingMm[axis]! - b.spacingMm[axis]!))),
    orientation:
      apart(a.rowDirection, b.rowDirection) * steps[0] * a.spacingMm[0] +
      apart(a.columnDirection, b.columnDirection) * steps[1] * a.spacingMm[1],
  };
}

/** Every slice with the next one. */
export function neighbours<T>(all: readonly T[]): [T, T][] {
  return all.slice(1).map((after, i) => [all[i]!, after]);
}

/** Between neighbours. */
export function gapsMm(placed: readonly PlacedSlice[]): number[] {
  return neighbours(placed).map(([before, after]) => after.atMm - before.atMm);
}

/** The middle one of the gaps between neighbours; of two in the middle the smaller. */
export function medianGapMm(placed: readonly PlacedSlice[]): number {
  const gaps = gapsMm(placed).sort((a, b) => a - b);
  return gaps[Math.floor((gaps.length - 1) / 2)]!;
}
