import type { PatchFormat } from '../store/patchFileContract.js';
import { eachAxis, voxelToWorld } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';
import { cutterOf } from './cutScan.js';
import { patchGrid } from './patchGrid.js';

/** Slices that are cut at a time, so that the float rows between two steps stay few. */
const SLAB = 16;

/**
 * The whole scan on the grid that patches are cut on, for looking at: int16 HU, origin and direction of the scan, another
 * spacing. Patches are cut without it, and have its voxels.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const grid = { spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
 * const resampled = resampleVolume(await readVolume(scan), grid);
 * resampled.spacingMm //=> [ 1, 1, 1 ]
 */
export function resampleVolume(
  volume: Volume,
  { spacingMm, interpolation }: Pick<PatchFormat, 'spacingMm' | 'interpolation'>,
): Volume {
  const { size } = patchGrid(volume, spacingMm);
  const [width, height, depth] = size;
  const plane = width * height;
  const data = new Int16Array(plane * depth);
  const cut = cutterOf(volume, { dim: 1, slices: 1, spacingMm, interpolation }, [width, height, SLAB]);
  const slab = new Int16Array(plane * SLAB);
  for (let z = 0; z < depth; z += SLAB) {
    cut([0, 0, z], slab, 0);
    data.set(slab.subarray(0, Math.min(SLAB, depth - z) * plane), z * plane);
  }
  const { originMm, direction } = volume;
  return { data, size, spacingMm, originMm, direction };
}

/** Opposite corners (LPS, mm) of a patch, from the outer edge of its first voxel to that of its last. */
export interface PatchBox {
  readonly fromWorldMm: Vector3;
  readonly toWorldMm: Vector3;
}

/**
 * Where a patch of the resampled grid lies in the world.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const volume = await readVolume(scan);
 * const box = patchBox(volume, [1, 1, 1], [40, 50, 60], [32, 32, 32]);
 * display(threePlanes(volume, voxelToWorld(volume, [30, 30, 30]), { boxes: [box] }));
 */
export function patchBox(
  geometry: Geometry,
  spacingMm: Vector3,
  firstVoxel: Vector3,
  patchSize: Vector3,
): PatchBox {
  const cornerAt = (edge: (axis: 0 | 1 | 2) => number): Vector3 =>
    voxelToWorld(
      geometry,
      eachAxis((axis) => (edge(axis) * spacingMm[axis]) / geometry.spacingMm[axis]),
    );
  return {
    fromWorldMm: cornerAt((axis) => firstVoxel[axis] - 0.5),
    toWorldMm: cornerAt((axis) => firstVoxel[axis] + patchSize[axis] - 0.5),
  };
}
