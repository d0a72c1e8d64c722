import type { Random } from '../random.js';
import { cross } from '../volumes/voxels/vectors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { perpendicularTo, randomDirection, unitOf } from './points.js';

/** Three unit vectors at right angles. */
export type Axes = readonly [Vector3, Vector3, Vector3];

/** A body of one density: an ellipsoid with bulges and dents. */
export interface Lump {
  readonly center: Vector3;
  readonly axes: Axes;
  /** Half extent along each axis. */
  readonly halfMm: Vector3;
  /** Directions (along its axes) in which it bulges (above 0) or is dented, and by which share of its half extent. */
  readonly lobes: readonly { readonly towards: Vector3; readonly share: number }[];
  readonly valueHu: number;
  /** Width over which its edge fades. */
  readonly edgeMm: number;
}

/** Signed distance (mm, nearly) to a lump's surface; negative inside. */
export function lumpDistance({
  center,
  axes,
  halfMm,
  lobes,
}: Lump): (x: number, y: number, z: number) => number {
  const [a, b, c] = axes;
  const [halfA, halfB, halfC] = halfMm;
  const smallest = Math.min(halfA, halfB, halfC);
  // Called for each voxel of its box: plain numbers, no tuples.
  return (x, y, z) => {
    const [px, py, pz] = [x - center[0], y - center[1], z - center[2]];
    const u = (px * a[0] + py * a[1] + pz * a[2]) / halfA;
    const v = (px * b[0] + py * b[1] + pz * b[2]) / halfB;
    const w = (px * c[0] + py * c[1] + pz * c[2]) / halfC;
    // 1 on the ellipsoid; grows by `steep` a mm.
    const away = Math.sqrt(u * u + v * v + w * w);
    if (away < 1e-6) return -smallest;
    const [du, dv, dw] = [u / halfA, v / halfB, w / halfC];
    const steep = Math.sqrt(du * du + dv * dv + dw * dw) / away;
    let surface = 1;
    if (away < 2)
      for (const { towards, share } of lobes) {
        const facing = (u * towards[0] + v * towards[1] + w * towards[2]) / away;
        if (facing > 0) surface += share * facing * facing * facing;
      }
    return (away - surface) / steep;
  };
}

/** Half width of the cube around a lump that holds all of it. */
export function lumpReachMm({ halfMm, lobes }: Lump): number {
  const bulge = lobes.reduce((most, { share }) => most + Math.max(0, share), 0);
  return Math.max(...halfMm) * (1 + Math.min(0.7, bulge)) + 1;
}

/** Axes with the first along `first` (a unit vector) and the others turned at random. */
export function axesAlong(first: Vector3, random: Random): Axes {
  const second = unitOf(cross(first, randomDirection(random)), perpendicularTo(first));
  return [first, second, cross(first, second)];
}

/** Bulges and dents; `most` = the largest share of either. */
export function drawLobes(count: number, most: number, random: Random): Lump['lobes'] {
  return Array.from({ length: count }, () => ({
    towards: randomDirection(random),
    share: random.between(-most, 1.2 * most),
  }));
}
