import { voxelToWorld, worldToVoxel } from '../../volumes/voxels/geometry.js';
import type { Geometry, Vector3, Volume, VoxelArray } from '../../volumes/voxels/volume.js';
import type { PixelImage } from '../drawing/pixelImage.js';
import { overlayColors } from './overlayColor.js';
import { type PlaneAxes, pixelAlong } from './planeAxes.js';

/** What is drawn in colour over a scan: a heat map, a mask. */
export interface Overlay {
  /** Values from 0 (not seen) to 1, on any grid: where it lies in the world counts. What is no number is not seen. */
  readonly volume: Volume;
  /** Of the value 1; default 0.5. */
  readonly opacity?: number;
}

export const OVERLAY_OPACITY = 0.5;

/** Throws RangeError for voxels that do not fit the size, and for an opacity that is none. */
export function checkedOverlay({ volume, opacity = OVERLAY_OPACITY }: Overlay): Required<Overlay> {
  const { size, data } = volume;
  if (data.length !== size[0] * size[1] * size[2])
    throw new RangeError(`Expected an overlay of ${size.join(' x ')} voxels, received ${data.length}`);
  if (!(opacity >= 0 && opacity <= 1))
    throw new RangeError(`Expected an opacity of the overlay from 0 to 1, received ${opacity}`);
  return { volume, opacity };
}

/**
 * The overlay at the pixels of a scan's slice, row after row from the top left, as seen: 0 to 255 for 0 to 1, linear between the
 * overlay's voxels; 0 outside it.
 */
export function overlaySlice(
  scan: Geometry,
  { size, data, ...rest }: Volume,
  { right, down, through }: PlaneAxes,
  level: number,
): Uint8Array {
  const [columns, rows] = [scan.size[right.axis], scan.size[down.axis]];
  const { first, next, below } = stepsOnGrid(scan, { size, ...rest }, { right, down, through }, level);
  const values = new Uint8Array(columns * rows);
  for (let row = 0, pixel = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, pixel++) {
      const at = (axis: 0 | 1 | 2): number => first[axis] + column * next[axis] + row * below[axis];
      values[pixel] = Math.round(255 * Math.min(1, valueAt(data, size, at(0), at(1), at(2))));
    }
  return values;
}

/**
 * Where the pixels of a scan's slice lie on another grid (fractional voxels): the one at the top left, and a step to the right
 * and down. Both grids are straight: a step is the same everywhere.
 */
export function stepsOnGrid(
  scan: Geometry,
  grid: Geometry,
  { right, down, through }: Omit<PlaneAxes, 'name'>,
  level: number,
): { readonly first: Vector3; readonly next: Vector3; readonly below: Vector3 } {
  const placeOf = (column: number, row: number): Vector3 => {
    const voxel: [number, number, number] = [0, 0, 0];
    voxel[through.axis] = level;
    voxel[right.axis] = pixelAlong(right, scan.size, column);
    voxel[down.axis] = pixelAlong(down, scan.size, row);
    return worldToVoxel(grid, voxelToWorld(scan, voxel));
  };
  const first = placeOf(0, 0);
  const stepTo = ([x, y, z]: Vector3): Vector3 => [x - first[0], y - first[1], z - first[2]];
  return { first, next: stepTo(placeOf(1, 0)), below: stepTo(placeOf(0, 1)) };
}

/** The same, as pixels with their colours. */
export function overlayImage(values: Uint8Array, width: number, opacity: number): PixelImage {
  const colors = new Uint32Array(overlayColors(opacity).buffer);
  const pixels = Uint32Array.from(values, (value) => colors[value]!);
  return { width, height: values.length / width, data: new Uint8Array(pixels.buffer), channels: 4 };
}

/** Trilinear, 0 beyond the grid, 0 or more; no number counts as 0. */
function valueAt(data: VoxelArray, [width, height, depth]: Vector3, x: number, y: number, z: number): number {
  if (x <= -1 || y <= -1 || z <= -1 || x >= width || y >= height || z >= depth) return 0;
  const [left, top, front] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const [i, j, k] = [left + (corner & 1), top + ((corner >> 1) & 1), front + (corner >> 2)];
    const weight = (1 - Math.abs(x - i)) * (1 - Math.abs(y - j)) * (1 - Math.abs(z - k));
    if (weight <= 0 || i < 0 || j < 0 || k < 0 || i >= width || j >= height || k >= depth) continue;
    const value = data[(k * height + j) * width + i]!;
    if (value > 0) sum += weight * value;
  }
  return sum;
}
