import type { Vector3 } from '../volumes/voxels/volume.js';
import type { ViewerScan } from './viewerState.js';

/** The voxel of the grid that is nearest to a fractional index, which may lie outside. */
export function voxelInside({ size }: Pick<ViewerScan, 'size'>, index: Vector3): Vector3 {
  const along = (axis: 0 | 1 | 2): number => Math.max(0, Math.min(size[axis] - 1, Math.round(index[axis])));
  return [along(0), along(1), along(2)];
}

/**
 * Index of the mark that the crosshair stands at, -1 where there is none. `last` is the one that was jumped to: marks
 * may share a voxel, or lie outside of the scan, and who steps along them must get past those.
 */
export function presentMark(
  scan: Pick<ViewerScan, 'size' | 'markers'>,
  crosshair: Vector3,
  last: number,
): number {
  const isHere = (index: number): boolean =>
    voxelInside(scan, scan.markers[index]!.voxel).every((at, axis) => at === crosshair[axis]);
  if (last >= 0 && isHere(last)) return last;
  return scan.markers.findIndex((_, index) => isHere(index));
}
