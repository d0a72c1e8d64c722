import { voxelsPerPatch } from '../../store/patchFileContract.js';

/** The voxels of a patch: slices x dim x dim, x fastest. */
export interface PatchShape {
  readonly dim: number;
  readonly slices: number;
  /** Along x, y, z; rotations keep shapes in mm. Cubes when missing. */
  readonly spacingMm?: readonly number[];
}

let scratch = new Int16Array(0);

/** A copy of a patch in memory that the next call uses again: a new array for each patch would cost as much as a flip. */
export function copiedPatch(from: Int16Array, at: number, shape: PatchShape): Int16Array {
  const voxels = voxelsPerPatch(shape);
  if (scratch.length !== voxels) scratch = new Int16Array(voxels);
  scratch.set(from.subarray(at, at + voxels));
  return scratch;
}
