import type { LidcContour, LidcMark } from './lidcReading.js';

/** How many slices off zero a world z lies. */
export type SliceOf = (zMm: number) => number;

/**
 * Mean of all outline points, as pylidc's Annotation.centroid: voxels x, y and slice. Outlines around what a reader cut out of a
 * nodule (inclusion FALSE) count as the others, as they do there.
 */
export function centroidVoxel({ contours }: LidcMark, sliceOf: SliceOf): [number, number, number] {
  const sum = [0, 0, 0];
  let count = 0;
  for (const { zMm, pointsVoxel } of contours) {
    const slice = sliceOf(zMm);
    for (const [x, y] of pointsVoxel) {
      sum[0]! += x;
      sum[1]! += y;
      sum[2]! += slice;
      count++;
    }
  }
  return [sum[0]! / count, sum[1]! / count, sum[2]! / count];
}

/**
 * The largest distance of two outline points of one slice, as pylidc's Annotation.diameter; -1 where each outline is a single
 * point. `spacingMm` is that of x and y.
 */
export function diameterMm({ contours }: LidcMark, spacingMm: readonly [number, number]): number {
  let largest = -1;
  for (const { pointsVoxel } of contours) {
    if (pointsVoxel.length === 1) continue;
    const points = pointsVoxel.map(([x, y]) => [x * spacingMm[0], y * spacingMm[1]] as const);
    for (let a = 0; a < points.length; a++)
      for (let b = a + 1; b < points.length; b++) {
        const mm = Math.hypot(points[a]![0] - points[b]![0], points[a]![1] - points[b]![1]);
        if (mm > largest) largest = mm;
      }
  }
  return largest;
}

/**
 * The smallest distance of two marks' outline points in voxels, slices counted as voxels, as pylidc's metric `min` measures it;
 * Infinity where it is above `most`.
 */
export function nearestVoxels(a: LidcMark, b: LidcMark, sliceOf: SliceOf, most: number): number {
  let least = most * most;
  let found = false;
  for (const one of a.contours)
    for (const other of b.contours) {
      const slices = Math.round(sliceOf(one.zMm)) - Math.round(sliceOf(other.zMm));
      if (slices * slices > least || areApart(one, other, most)) continue;
      for (const [x, y] of one.pointsVoxel)
        for (const [u, v] of other.pointsVoxel) {
          const squared = (x - u) ** 2 + (y - v) ** 2 + slices * slices;
          if (squared > least) continue;
          least = squared;
          found = true;
        }
    }
  return found ? Math.sqrt(least) : Number.POSITIVE_INFINITY;
}

/** Whether the boxes around two outlines say that no points of them are near: most marks of a scan are far apart. */
function areApart(a: LidcContour, b: LidcContour, most: number): boolean {
  return [0, 1].some((axis) => {
    const range = ({ pointsVoxel }: LidcContour): readonly [number, number] => {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (const point of pointsVoxel) {
        low = Math.min(low, point[axis]!);
        high = Math.max(high, point[axis]!);
      }
      return [low, high];
    };
    const [lowA, highA] = range(a);
    const [lowB, highB] = range(b);
    return lowA - highB > most || lowB - highA > most;
  });
}
