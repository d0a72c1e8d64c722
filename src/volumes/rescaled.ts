import type { VoxelArray } from './volume.js';

/** Value = slope * stored + intercept, computed in float64. */
export interface Rescaling {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Voxels in the units that their header promises. Whole values are Int16, or Int32 where one does not fit, anything else
 * Float32 (Float64 where float64 was stored): a new array, but in place where the type stays.
 */
export function rescaled(stored: VoxelArray, { slope, intercept }: Rescaling): VoxelArray {
  const isFloat = stored instanceof Float32Array || stored instanceof Float64Array;
  if (isFloat) return scaleInto(stored, stored, slope, intercept);
  if (!Number.isInteger(slope) || !Number.isInteger(intercept))
    return scaleInto(stored, new Float32Array(stored.length), slope, intercept);
  const { low, high } = rangeOf(stored);
  const ends = [slope * low + intercept, slope * high + intercept];
  const fits = (lowest: number, highest: number): boolean =>
    Math.min(...ends) >= lowest && Math.max(...ends) <= highest;
  const values = fits(-32768, 32767)
    ? stored instanceof Int16Array
      ? stored
      : new Int16Array(stored.length)
    : fits(-(2 ** 31), 2 ** 31 - 1)
      ? new Int32Array(stored.length)
      : new Float64Array(stored.length);
  return scaleInto(stored, values, slope, intercept);
}

function scaleInto(stored: VoxelArray, values: VoxelArray, slope: number, intercept: number): VoxelArray {
  for (let i = 0; i < stored.length; i++) values[i] = slope * stored[i]! + intercept;
  return values;
}

function rangeOf(voxels: VoxelArray): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < voxels.length; i++) {
    if (voxels[i]! < low) low = voxels[i]!;
    if (voxels[i]! > high) high = voxels[i]!;
  }
  return { low, high };
}
