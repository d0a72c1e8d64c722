import type { VoxelArray } from './volume.js';

/** Value = slope * stored + intercept, computed in float64. */
export interface Rescaling {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Voxels in the units that their header promises. Whole values are Int16, or Int32 where one does not fit, anything else
 * Float32 (Float64 where float64 was stored): in the memory of what was stored where that is no narrower.
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
      : wholeArray(Int16Array, stored)
    : fits(-(2 ** 31), 2 ** 31 - 1)
      ? wholeArray(Int32Array, stored)
      : new Float64Array(stored.length);
  return scaleInto(stored, values, slope, intercept);
}

/** In the memory of values that are no narrower, else new: from the first on, each is read before it is written over. */
function wholeArray<T extends Int16Array | Int32Array>(
  Kind: {
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
    new (length: number): T;
    readonly BYTES_PER_ELEMENT: number;
  },
  stored: VoxelArray,
): T {
  return stored.BYTES_PER_ELEMENT >= Kind.BYTES_PER_ELEMENT
    ? new Kind(stored.buffer, stored.byteOffset, stored.length)
    : new Kind(stored.length);
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
