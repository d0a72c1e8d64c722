import { type Components, components, runsOf } from '../lungs/components.js';
import { determinantOf, multiply, voxelToWorld } from '../volumes/voxels/geometry.js';
import { dot } from '../volumes/voxels/vectors.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';

/** One connected part of a mask. */
export interface MeasuredComponent {
  readonly voxels: number;
  /** LPS; mean of its voxels' centres. */
  readonly centerWorldMm: Vector3;
  /** Of the ball of its volume. */
  readonly diameterMm: number;
  /** The largest distance of two voxels' centres in one slice (z of the grid): 0 for a single voxel. */
  readonly inPlaneMm: number;
}

interface Tally {
  voxels: number;
  readonly indexes: [number, number, number];
  /** By slice: first and last voxels of the runs, x and y one after the other. */
  readonly ends: Map<number, number[]>;
}

/**
 * The parts of a mask (1 = set; z, y, x) whose voxels share a face, an edge or a corner, in the order of their first voxels.
 * Any spacing and direction.
 */
export function measureComponents(mask: Uint8Array, geometry: Geometry): MeasuredComponent[] {
  const { spacingMm, direction } = geometry;
  const voxelMm3 = spacingMm[0] * spacingMm[1] * spacingMm[2] * Math.abs(determinantOf(direction));
  return talliesOf(components(runsOf(mask, geometry.size), 26)).map(({ voxels, indexes, ends }) => ({
    voxels,
    centerWorldMm: voxelToWorld(geometry, [indexes[0] / voxels, indexes[1] / voxels, indexes[2] / voxels]),
    diameterMm: Math.cbrt((6 * voxels * voxelMm3) / Math.PI),
    inPlaneMm: Math.max(...[...ends.values()].map((points) => farthestMm(points, geometry))),
  }));
}

function talliesOf({ size, first, end, label, voxels }: Components): readonly Tally[] {
  const tallies = Array.from(
    voxels.subarray(1),
    (): Tally => ({ voxels: 0, indexes: [0, 0, 0], ends: new Map() }),
  );
  const [width, height] = size;
  for (let run = 0; run < label.length; run++) {
    const tally = tallies[label[run]! - 1]!;
    const row = Math.floor(first[run]! / width);
    const [y, z] = [row % height, Math.floor(row / height)];
    const from = first[run]! - row * width;
    const to = end[run]! - 1 - row * width;
    const count = to - from + 1;
    tally.voxels += count;
    tally.indexes[0] += (count * (from + to)) / 2;
    tally.indexes[1] += count * y;
    tally.indexes[2] += count * z;
    const points = tally.ends.get(z);
    if (points === undefined) tally.ends.set(z, [from, y, to, y]);
    else points.push(from, y, to, y);
  }
  return tallies;
}

/** Of two points of a slice, in voxels x, y one after the other: the farthest lie at the ends of runs. */
function farthestMm(points: readonly number[], { spacingMm, direction }: Geometry): number {
  // World lengths of steps along x and y; the axes of some grids are not at right angles.
  const x = multiply(direction, [spacingMm[0], 0, 0]);
  const y = multiply(direction, [0, spacingMm[1], 0]);
  const [xx, xy, yy] = [dot(x, x), dot(x, y), dot(y, y)];
  let largest = 0;
  for (let a = 0; a < points.length; a += 2)
    for (let b = a + 2; b < points.length; b += 2) {
      const u = points[a]! - points[b]!;
      const v = points[a + 1]! - points[b + 1]!;
      largest = Math.max(largest, u * u * xx + 2 * u * v * xy + v * v * yy);
    }
  return Math.sqrt(largest);
}
