import type { WindowHu } from '../figures/drawing/picture.js';
import { worldToVoxel } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';
import { voxelInside } from './presentMark.js';

/** Throws RangeError for a volume that cannot be shown. */
export function checkedVolume(volume: Volume): Volume {
  const { size, spacingMm, data } = volume;
  const voxels = size[0] * size[1] * size[2];
  if (!size.every((count) => Number.isInteger(count) && count > 0))
    throw new RangeError(`Expected at least one voxel along each axis, received ${size.join(' x ')}`);
  if (!spacingMm.every((mm) => mm > 0 && mm < Number.POSITIVE_INFINITY))
    throw new RangeError(`Expected a spacing above 0 mm along each axis, received ${spacingMm.join(', ')}`);
  if (data.length !== voxels)
    throw new RangeError(`Expected ${size.join(' x ')} = ${voxels} voxels, received ${data.length}`);
  return volume;
}

/** The voxel of the grid that is nearest to a place. */
export function nearestVoxel(grid: Geometry, worldMm: Vector3): Vector3 {
  return voxelInside(grid, worldToVoxel(grid, checkedPlace('position', worldMm)));
}

export function checkedPlace(name: string, worldMm: Vector3): Vector3 {
  if (worldMm.length === 3 && worldMm.every(Number.isFinite)) return worldMm;
  throw new RangeError(`Expected three numbers in mm as ${name}, received ${worldMm.join(', ')}`);
}

export function checkedWindow(window: WindowHu): WindowHu {
  if (isWindow([window.low, window.high])) return window;
  throw new RangeError(`Expected a window with low below high, received ${window.low} to ${window.high} HU`);
}

// What the page sends is checked: a page may be of an older program.

export function isPlace(value: unknown): value is Vector3 {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}

export function isVoxelOf({ size }: Volume, value: unknown): value is Vector3 {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((index, axis) => Number.isInteger(index) && index >= 0 && index < size[axis]!)
  );
}

export function isWindow(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];
}

export function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
