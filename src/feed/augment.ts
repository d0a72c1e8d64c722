import type { Random } from '../random.js';

/** A symmetry of the voxel grid: exact, no interpolation. */
export interface GridSymmetry {
  readonly flipX: boolean;
  readonly flipY: boolean;
  readonly flipZ: boolean;
  /** Exchange x and y first; with the flips this gives all rotations by 90° in the axial plane. */
  readonly swapXY: boolean;
}

/** One of the 16 symmetries of a patch with equal x and y, each as likely. */
export function drawSymmetry(random: Random): GridSymmetry {
  const bits = random.integer(16);
  return {
    flipX: (bits & 1) !== 0,
    flipY: (bits & 2) !== 0,
    flipZ: (bits & 4) !== 0,
    swapXY: (bits & 8) !== 0,
  };
}

/** Applies a symmetry to a patch (slices x dim x dim, x fastest) of `into` from index `at`, in place. */
export function applySymmetry(
  into: Int16Array,
  at: number,
  { dim, slices }: { readonly dim: number; readonly slices: number },
  { flipX, flipY, flipZ, swapXY }: GridSymmetry,
): void {
  const patch = into.slice(at, at + dim * dim * slices);
  const [strideX, strideY] = swapXY ? [dim, 1] : [1, dim];
  let target = at;
  for (let z = 0; z < slices; z++) {
    const plane = (flipZ ? slices - 1 - z : z) * dim * dim;
    for (let y = 0; y < dim; y++) {
      const line = plane + (flipY ? dim - 1 - y : y) * strideY;
      for (let x = 0; x < dim; x++) into[target++] = patch[line + (flipX ? dim - 1 - x : x) * strideX]!;
    }
  }
}
