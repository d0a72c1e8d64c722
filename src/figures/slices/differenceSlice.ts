import type { Vector3, Volume, VoxelArray } from '../../volumes/voxels/volume.js';
import type { PixelImage } from '../drawing/pixelImage.js';
import { differenceColor, NO_DIFFERENCE } from './differenceColor.js';
import { stepsOnGrid } from './overlaySlice.js';
import type { PlaneAxes } from './planeAxes.js';
import { sliceValues } from './slicePlane.js';

/**
 * Second minus first at the pixels of the first one's slice, row after row from the top left, as seen, in whole HU. The second
 * is linear between its voxels, as ITK has it: up to half a voxel beyond the outer ones, NO_DIFFERENCE further off.
 */
export function differenceSlice(first: Volume, second: Volume, axes: PlaneAxes, level: number): Int16Array {
  const values = sliceValues(first, axes, level);
  const columns = first.size[axes.right.axis];
  const { first: start, next, below } = stepsOnGrid(first, second, axes, level);
  const difference = new Int16Array(values.length);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const [column, row] = [pixel % columns, Math.floor(pixel / columns)];
    const at = (axis: 0 | 1 | 2): number => start[axis] + column * next[axis] + row * below[axis];
    const value = linearAt(second.data, second.size, at(0), at(1), at(2));
    difference[pixel] =
      value === undefined
        ? NO_DIFFERENCE
        : Math.max(-32_767, Math.min(32_767, Math.round(value - values[pixel]!)));
  }
  return difference;
}

/** Rounding must not put the outermost pixels of the same grid outside. */
const EDGE = 0.5 + 1e-6;

/** Trilinear; undefined more than half a voxel beyond the outer voxels. */
function linearAt(
  data: VoxelArray,
  [width, height, depth]: Vector3,
  x: number,
  y: number,
  z: number,
): number | undefined {
  if (!isNear(x, width) || !isNear(y, height) || !isNear(z, depth)) return undefined;
  const [i, j, k] = [clamped(x, width), clamped(y, height), clamped(z, depth)];
  const [left, top, front] = [Math.floor(i), Math.floor(j), Math.floor(k)];
  const [dx, dy, dz] = [i - left, j - top, k - front];
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const [right, below, behind] = [corner & 1, (corner >> 1) & 1, corner >> 2];
    const weight = (right ? dx : 1 - dx) * (below ? dy : 1 - dy) * (behind ? dz : 1 - dz);
    // Without weight there may be no voxel.
    if (weight > 0) sum += weight * data[((front + behind) * height + top + below) * width + left + right]!;
  }
  return sum;
}

function isNear(place: number, count: number): boolean {
  return place >= -EDGE && place <= count - 1 + EDGE;
}

function clamped(place: number, count: number): number {
  return Math.max(0, Math.min(count - 1, place));
}

/** The same in colour, full at `rangeHu`; black where there is none. */
export function differenceImage(difference: Int16Array, width: number, rangeHu: number): PixelImage {
  const data = new Uint8Array(3 * difference.length);
  for (const [pixel, hu] of difference.entries())
    data.set(hu === NO_DIFFERENCE ? [0, 0, 0] : differenceColor(hu / rangeHu), 3 * pixel);
  return { width, height: difference.length / width, data, channels: 3 };
}
