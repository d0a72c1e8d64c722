import type { PatchShape } from './augment/patchShape.js';

/**
 * What a network sees of stored patches: their middle `crop` voxels along x and y, along z as many where there are more;
 * 0 = all. Throws RangeError for more than there are.
 */
export function shapeOfCrop(stored: PatchShape, crop: number): PatchShape {
  if (crop === 0) return stored;
  if (crop > stored.dim)
    throw new RangeError(
      `Expected CROP of at most ${stored.dim}, the voxels of a stored patch along x, received ${crop}`,
    );
  return { ...stored, dim: crop, slices: Math.min(stored.slices, crop) };
}

/** Copies the middle of a patch to `into` from index `at`; the candidate's voxel, n / 2, stays that of the smaller patch. */
export function copyMiddle(
  patchHu: Int16Array,
  stored: PatchShape,
  { dim, slices }: PatchShape,
  into: Int16Array,
  at: number,
): void {
  const first = Math.floor(stored.dim / 2) - Math.floor(dim / 2);
  const firstSlice = Math.floor(stored.slices / 2) - Math.floor(slices / 2);
  let target = at;
  for (let z = 0; z < slices; z++)
    for (let y = 0; y < dim; y++, target += dim) {
      const from = ((z + firstSlice) * stored.dim + y + first) * stored.dim + first;
      into.set(patchHu.subarray(from, from + dim), target);
    }
}
