import type { Vector3 } from '../volumes/voxels/volume.js';

/**
 * Writes the patch whose lowest voxel is `firstVoxel` (of the resampled grid; may lie outside) into `into` from index `at`:
 * Hounsfield units, z, y, x with x fastest; air outside the scan.
 */
export type PatchCutter = (firstVoxel: Vector3, into: Int16Array, at: number) => void;

/** Copies `count` rows of `width` values; strides are in values. */
export function copyRows(
  from: Int16Array,
  source: number,
  sourceStride: number,
  into: Int16Array,
  at: number,
  stride: number,
  width: number,
  count: number,
): void {
  // One piece where nothing lies between the rows, which is a patch inside the scan.
  if (width === sourceStride && width === stride) into.set(from.subarray(source, source + width * count), at);
  else
    for (let row = 0; row < count; row++) {
      const start = source + row * sourceStride;
      into.set(from.subarray(start, start + width), at + row * stride);
    }
}
