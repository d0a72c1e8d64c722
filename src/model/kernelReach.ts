/** Taps of a kernel, along z, y, x, from `begin` on, `size` of them. */
export interface KernelReach {
  readonly begin: readonly number[];
  readonly size: readonly number[];
}

/**
 * Where a convolution with SAME padding has one output voxel, its taps meet each voxel of the map once, and the other taps
 * meet padding alone: they add nothing to the result, and their gradient is zero. Returns the taps that meet voxels;
 * undefined where the output is larger or the kernel does not cover the map. Lengths along z, y, x.
 */
export function kernelReach(
  map: readonly number[],
  kernel: readonly number[],
  stride: number,
): KernelReach | undefined {
  // TensorFlow puts the smaller half of the padding before.
  const begin = map.map((length, axis) => Math.floor(Math.max(0, kernel[axis]! - length) / 2));
  const covered = map.every((length, axis) => length <= stride && begin[axis]! + length <= kernel[axis]!);
  return covered ? { begin, size: map } : undefined;
}
