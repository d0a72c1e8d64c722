import { eachAxis } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';

/**
 * A scan's grid turned upright: axes along x, y, z of the world as nearly as whole axes can be, +x to the patient's left,
 * +z to the head. So that one recipe does for every direction matrix, and a flipped scan has the flipped mask.
 */
export interface UprightGrid {
  readonly size: Vector3;
  readonly spacingMm: Vector3;
  /** Where upright voxel (0, 0, 0) lies in the scan's array, and the step there along each upright axis. */
  readonly start: number;
  readonly steps: Vector3;
}

export function uprightGrid({ size, spacingMm, direction }: Geometry): UprightGrid {
  // Rows of the direction matrix are the world's axes, columns the scan's. The slices come first: they matter most.
  const along = (row: number, axes: readonly number[]): number =>
    axes.reduce((best, axis) =>
      Math.abs(direction[3 * row + axis]!) > Math.abs(direction[3 * row + best]!) ? axis : best,
    );
  const z = along(2, [2, 1, 0]);
  const x = along(
    0,
    [0, 1, 2].filter((axis) => axis !== z),
  );
  const axes = [x, 3 - x - z, z] as const;
  const strides = [1, size[0], size[0] * size[1]];
  const flipped = axes.map((axis, row) => direction[3 * row + axis]! < 0);
  const start = axes.reduce(
    (sum, axis, row) => sum + (flipped[row] ? (size[axis]! - 1) * strides[axis]! : 0),
    0,
  );
  return {
    size: eachAxis((row) => size[axes[row]]!),
    spacingMm: eachAxis((row) => spacingMm[axes[row]]!),
    start,
    steps: eachAxis((row) => (flipped[row] ? -strides[axes[row]]! : strides[axes[row]]!)),
  };
}

/** 1 where the scan is below `thresholdHu` (a voxel that is no number is not), on the upright grid. */
export function uprightBelow({ data }: Volume, grid: UprightGrid, thresholdHu: number): Uint8Array {
  const below = new Uint8Array(data.length);
  const step = grid.steps[0];
  eachRow(grid, (at, from, count) => {
    for (let i = 0; i < count; i++) if (data[from + i * step]! < thresholdHu) below[at + i] = 1;
  });
  return below;
}

/** An upright mask on the scan's own grid. */
export function fromUpright(mask: Uint8Array, grid: UprightGrid): Uint8Array {
  const own = new Uint8Array(mask.length);
  const step = grid.steps[0];
  eachRow(grid, (at, from, count) => {
    for (let i = 0; i < count; i++) own[from + i * step] = mask[at + i]!;
  });
  return own;
}

/** Calls with each upright row's first voxel, its place in the scan's array, and its length. */
function eachRow(
  { size, start, steps }: UprightGrid,
  visit: (at: number, from: number, count: number) => void,
): void {
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      visit((z * size[1] + y) * size[0], start + y * steps[1] + z * steps[2], size[0]);
}
