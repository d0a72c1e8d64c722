import type { Vector3 } from '../volumes/volume.js';

/** Value of every voxel outside the scan: air. */
export const OUTSIDE_HU = -1000;

/**
 * Writes the patch whose lowest voxel is `firstVoxel` (of the resampled grid; may lie outside) into `into` from index `at`:
 * Hounsfield units, z, y, x with x fastest.
 */
export type PatchCutter = (firstVoxel: Vector3, into: Int16Array, at: number) => void;
