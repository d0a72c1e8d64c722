import { cross } from './vectors.js';
import type { Geometry, Matrix3, Vector3 } from './volume.js';

/** A value for each of the axes x, y, z. */
export function eachAxis<T>(of: (axis: 0 | 1 | 2) => T): readonly [T, T, T] {
  return [of(0), of(1), of(2)];
}

export const IDENTITY_DIRECTION: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/**
 * World position (LPS, mm) of a voxel index, which may be fractional: origin + D (spacing * index).
 * @example
 * const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;
 * const geometry = { size: [9, 9, 9], spacingMm: [0.5, 0.5, 2], originMm: [-10, 5, 0], direction } as const;
 * voxelToWorld(geometry, [4, 4, 4]) //=> [ -8, 7, 8 ]
 */
export function voxelToWorld(geometry: Geometry, indexVoxel: Vector3): Vector3 {
  const { spacingMm, originMm, direction } = geometry;
  const offsetMm = multiply(direction, [
    indexVoxel[0] * spacingMm[0],
    indexVoxel[1] * spacingMm[1],
    indexVoxel[2] * spacingMm[2],
  ]);
  return [originMm[0] + offsetMm[0], originMm[1] + offsetMm[1], originMm[2] + offsetMm[2]];
}

/**
 * Fractional voxel index of a world position (LPS, mm): D^-1 (world - origin) / spacing. Throws RangeError for a singular D.
 * @example
 * const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;
 * const geometry = { size: [9, 9, 9], spacingMm: [0.5, 0.5, 2], originMm: [-10, 5, 0], direction } as const;
 * worldToVoxel(geometry, [-8, 7, 8]) //=> [ 4, 4, 4 ]
 */
export function worldToVoxel(geometry: Geometry, worldMm: Vector3): Vector3 {
  const { spacingMm, originMm, direction } = geometry;
  const alongAxesMm = multiply(invert(direction), [
    worldMm[0] - originMm[0],
    worldMm[1] - originMm[1],
    worldMm[2] - originMm[2],
  ]);
  return [alongAxesMm[0] / spacingMm[0], alongAxesMm[1] / spacingMm[1], alongAxesMm[2] / spacingMm[2]];
}

/** The voxel in the middle of a grid; where lengths are even, the later one of the two. */
export function middleVoxel([x, y, z]: Vector3): Vector3 {
  return [Math.floor(x / 2), Math.floor(y / 2), Math.floor(z / 2)];
}

/** Matrix (row-major) times column vector. */
export function multiply(m: Matrix3, v: Vector3): Vector3 {
  return [
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
    m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
    m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
  ];
}

/** The direction matrix of slices: along their rows (x), along their columns (y), and the normal of both; NaN where they have none. */
export function directionOfSlices(x: Vector3, y: Vector3): Matrix3 {
  const n = cross(x, y);
  const length = Math.hypot(...n);
  return [x[0], y[0], n[0] / length, x[1], y[1], n[1] / length, x[2], y[2], n[2] / length];
}

/** The third axis of a direction matrix. */
export function normalOf(direction: Matrix3): Vector3 {
  return [direction[2], direction[5], direction[8]];
}

/** Below this the three axes lie in a plane, but for rounding: of the volume that they span, if each had length 1. */
const FLAT = 1e-6;

/** Whether the columns span space, as the directions of a scan's axes must. Sheared and scaled axes do. */
export function isInvertible(m: Matrix3): boolean {
  const [x, y, z] = eachAxis((column) => Math.hypot(m[column], m[3 + column]!, m[6 + column]!));
  return Math.abs(determinantOf(m)) > FLAT * (x * y * z);
}

/** Of the volume that the columns span, with its sign. */
export function determinantOf([a, b, c, d, e, f, g, h, i]: Matrix3): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

/** Inverse by cofactors. Throws RangeError for a singular matrix. */
export function invert(m: Matrix3): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = m;
  const determinant = determinantOf(m);
  if (!Number.isFinite(determinant) || Math.abs(determinant) < 1e-12)
    throw new RangeError(`Expected an invertible direction matrix, received ${JSON.stringify(m)}`);
  return [
    (e * i - f * h) / determinant,
    (c * h - b * i) / determinant,
    (b * f - c * e) / determinant,
    (f * g - d * i) / determinant,
    (a * i - c * g) / determinant,
    (c * d - a * f) / determinant,
    (d * h - e * g) / determinant,
    (b * g - a * h) / determinant,
    (a * e - b * d) / determinant,
  ];
}
