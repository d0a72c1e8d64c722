import type { PatchFormat } from '../store/patchFileContract.js';
import {
  eachAxis,
  IDENTITY_DIRECTION,
  middleVoxel,
  multiply,
  worldToVoxel,
} from '../volumes/voxels/geometry.js';
import { roundHalfEven } from '../volumes/voxels/storedHu.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';

/** Patches are cut on a scan resampled to another spacing; origin and direction stay, voxel 0 lies on voxel 0. */
export interface PatchGrid {
  readonly size: Vector3;
  readonly spacingMm: Vector3;
}

/**
 * The resampled grid of a scan: floor((n - 1) s / s' + 1e-6) + 1 voxels an axis, so that none lies beyond the scan's last.
 * @example
 * const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;
 * const scan = { size: [512, 512, 120], spacingMm: [0.7, 0.7, 2.5], originMm: [0, 0, 0], direction } as const;
 * patchGrid(scan, [1, 1, 1]).size //=> [ 358, 358, 298 ]
 */
export function patchGrid({ size, spacingMm: from }: Geometry, spacingMm: Vector3): PatchGrid {
  return {
    size: eachAxis((axis) => Math.floor(((size[axis] - 1) * from[axis]) / spacingMm[axis] + 1e-6) + 1),
    spacingMm,
  };
}

/**
 * The voxel of the resampled grid that holds a world position: roundHalfEven(round(index * 1e6) / 1e6) an axis.
 * The rounding to 1e-6 makes ties real, which the arithmetic of an oblique direction would decide at random.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const geometry = await readGeometry(scan);
 * centerVoxelOf(geometry, [1, 1, 1], geometry.originMm) //=> [ 0, 0, 0 ]
 */
export function centerVoxelOf(geometry: Geometry, spacingMm: Vector3, centerWorldMm: Vector3): Vector3 {
  const index = worldToVoxel(geometry, centerWorldMm);
  return eachAxis((axis) =>
    roundHalfEven(Math.round(((index[axis] * geometry.spacingMm[axis]) / spacingMm[axis]) * 1e6) / 1e6),
  );
}

/** Whether a voxel lies in the grid. */
export function isInside({ size }: PatchGrid, voxel: Vector3): boolean {
  return voxel.every((index, axis) => index >= 0 && index < size[axis]!);
}

/**
 * The lowest voxel of a patch of n voxels an axis around a centre; for even n the centre is voxel n / 2 of the patch.
 * @example
 * firstVoxelOf([20, 20, 20], [32, 32, 32]) //=> [ 4, 4, 4 ]
 */
export function firstVoxelOf(centerVoxel: Vector3, patchSize: Vector3): Vector3 {
  return eachAxis((axis) => centerVoxel[axis] - Math.floor(patchSize[axis] / 2));
}

/** A patch as a small scan of its own: its middle voxel (dim / 2, dim / 2, slices / 2: the candidate) lies at 0, 0, 0 mm. */
export function patchGeometry(
  { dim, slices, spacingMm }: Pick<PatchFormat, 'dim' | 'slices' | 'spacingMm'>,
  direction = IDENTITY_DIRECTION,
): Geometry {
  const size: Vector3 = [dim, dim, slices];
  const middle = middleVoxel(size);
  const [x, y, z] = multiply(
    direction,
    eachAxis((axis) => middle[axis] * spacingMm[axis]),
  );
  return { size, spacingMm, originMm: [-x, -y, -z], direction };
}
