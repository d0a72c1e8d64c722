import type { PatchShape } from './augment/patchShape.js';
import type { RowSource } from './rowSource.js';

/**
 * What training sees of stored patches: their middle `crop` voxels along x and y, along z as many where there are more;
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

/** The middles of patches that follow each other in `patchesHu`; the candidate's voxel, n / 2, stays that of the smaller patch. */
export function centralCrop(patchesHu: Int16Array, stored: PatchShape, crop: number): Int16Array {
  const { dim, slices } = shapeOfCrop(stored, crop);
  if (dim === stored.dim && slices === stored.slices) return patchesHu;
  const first = Math.floor(stored.dim / 2) - Math.floor(dim / 2);
  const firstSlice = Math.floor(stored.slices / 2) - Math.floor(slices / 2);
  const storedVoxels = stored.dim * stored.dim * stored.slices;
  const middles = new Int16Array((patchesHu.length / storedVoxels) * dim * dim * slices);
  let target = 0;
  for (let patch = 0; patch < patchesHu.length; patch += storedVoxels)
    for (let z = 0; z < slices; z++)
      for (let y = 0; y < dim; y++, target += dim) {
        const from = patch + ((z + firstSlice) * stored.dim + y + first) * stored.dim + first;
        middles.set(patchesHu.subarray(from, from + dim), target);
      }
  return middles;
}

/** Rows of which only the middles are handed on. */
export function croppedRows(source: RowSource, stored: PatchShape, crop: number): RowSource {
  const { dim, slices } = shapeOfCrop(stored, crop);
  const voxelsPerRow = dim * dim * slices;
  if (voxelsPerRow === source.voxelsPerRow) return source;
  return {
    voxelsPerRow,
    readRows: async (rows, into, at = 0) => {
      const whole = new Int16Array(rows.length * source.voxelsPerRow);
      await source.readRows(rows, whole);
      into.set(centralCrop(whole, stored, crop), at);
    },
  };
}
