import type { Random } from '../random.js';
import { add, cross, dot, scale, subtract } from '../volumes/voxels/vectors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';

/*
 * Geometry of points in mm. Only + - * / and Math.sqrt are used here and in the rest of this stage: IEEE 754 fixes
 * their last bit, while Math.sin, exp, pow or hypot may differ between engines, and the same seed must give the same bytes.
 */

/** a + factor * b. */
export function addScaled(a: Vector3, b: Vector3, factor: number): Vector3 {
  return [a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]];
}

export function lengthOf(a: Vector3): number {
  return Math.sqrt(dot(a, a));
}

export function distance(a: Vector3, b: Vector3): number {
  const x = a[0] - b[0];
  const y = a[1] - b[1];
  const z = a[2] - b[2];
  return Math.sqrt(x * x + y * y + z * z);
}

/** Unit vector along `a`; `otherwise` when `a` is (nearly) zero. */
export function unitOf(a: Vector3, otherwise: Vector3 = [0, 0, 1]): Vector3 {
  const size = lengthOf(a);
  return size < 1e-9 ? otherwise : scale(a, 1 / size);
}

export function mix(a: Vector3, b: Vector3, share: number): Vector3 {
  return addScaled(a, subtract(b, a), share);
}

export function meanOf(points: readonly Vector3[]): Vector3 {
  return scale(points.reduce(add, [0, 0, 0]), 1 / points.length);
}

/** A unit vector at right angles to unit vector `a`. */
export function perpendicularTo(a: Vector3): Vector3 {
  const axis: Vector3 = Math.abs(a[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  return unitOf(cross(a, axis));
}

/** Uniform in the unit ball, by rejection. */
export function randomInBall(random: Random): Vector3 {
  for (;;) {
    const p: Vector3 = [random.between(-1, 1), random.between(-1, 1), random.between(-1, 1)];
    if (dot(p, p) <= 1) return p;
  }
}

/** Uniform on the unit sphere. */
export function randomDirection(random: Random): Vector3 {
  for (;;) {
    const p = randomInBall(random);
    if (dot(p, p) > 0.01) return unitOf(p);
  }
}

/** Cube root by Newton's rule, to the last bits and the same on every engine. */
export function cubeRoot(value: number): number {
  if (value <= 0) return 0;
  let root = Math.max(1, value / 2);
  for (let round = 0; round < 60; round++) root = (2 * root + value / (root * root)) / 3;
  return root;
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Union of two signed distances (negative inside) whose seam is rounded over `radiusMm`. */
export function smoothUnion(a: number, b: number, radiusMm: number): number {
  const h = Math.max(0, radiusMm - Math.abs(a - b)) / radiusMm;
  return Math.min(a, b) - h * h * radiusMm * 0.25;
}

/** Intersection of two signed distances whose edge is rounded over `radiusMm`. */
export function smoothIntersection(a: number, b: number, radiusMm: number): number {
  return -smoothUnion(-a, -b, radiusMm);
}

/** Signed distance, nearly, of an ellipsoid with half axes along x, y, z. */
export function ellipsoid(x: number, y: number, z: number, center: Vector3, halfMm: Vector3): number {
  const u = (x - center[0]) / halfMm[0];
  const v = (y - center[1]) / halfMm[1];
  const w = (z - center[2]) / halfMm[2];
  return (Math.sqrt(u * u + v * v + w * w) - 1) * Math.min(halfMm[0], halfMm[1], halfMm[2]);
}

/** A smooth random function of space in [-1, 1] that varies over about `cellMm`; it repeats after 32 cells. */
export function createSmoothNoise(
  random: Random,
  cellMm: number,
): (x: number, y: number, z: number) => number {
  const values = Float64Array.from({ length: 32 * 32 * 32 }, () => random.between(-1, 1));
  const at = (i: number, j: number, k: number): number =>
    values[((k & 31) << 10) | ((j & 31) << 5) | (i & 31)]!;
  // Called some million times a scan: plain numbers, no tuples.
  return (x, y, z) => {
    const i = Math.floor(x / cellMm);
    const j = Math.floor(y / cellMm);
    const k = Math.floor(z / cellMm);
    const u = smoothStep(0, 1, x / cellMm - i);
    const v = smoothStep(0, 1, y / cellMm - j);
    const w = smoothStep(0, 1, z / cellMm - k);
    const a = at(i, j, k) + u * (at(i + 1, j, k) - at(i, j, k));
    const b = at(i, j + 1, k) + u * (at(i + 1, j + 1, k) - at(i, j + 1, k));
    const c = at(i, j, k + 1) + u * (at(i + 1, j, k + 1) - at(i, j, k + 1));
    const d = at(i, j + 1, k + 1) + u * (at(i + 1, j + 1, k + 1) - at(i, j + 1, k + 1));
    const front = a + v * (b - a);
    const back = c + v * (d - c);
    return front + w * (back - front);
  };
}
