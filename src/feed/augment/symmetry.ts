import { type AugmentPlan, SYMMETRIES } from '../../config/augmentPlan.js';
import type { Random } from '../../random.js';
import { copiedPatch, type PatchShape } from './patchShape.js';

/** A symmetry of the voxel grid: exact, no interpolation. */
export interface GridSymmetry {
  readonly flipX: boolean;
  readonly flipY: boolean;
  readonly flipZ: boolean;
  /** Exchange x and y first; with the flips this gives all rotations by 90° in the axial plane. */
  readonly swapXY: boolean;
}

/** One of the 16 symmetries of a patch with equal x and y, or of the 8 flips, or of the 4 quarter turns, each as likely. */
export function drawSymmetry(random: Random, { flips, rotations90 }: AugmentPlan = SYMMETRIES): GridSymmetry {
  const bits = random.integer(16);
  const has = (bit: number): boolean => (bits & bit) !== 0;
  if (flips !== true) {
    const turned = rotations90 === true;
    const swapXY = turned && has(1);
    const flipY = turned && has(2);
    // A turn by 90 degrees is a transposition and one flip; by 180 degrees, two flips.
    return { flipX: swapXY ? !flipY : flipY, flipY, flipZ: false, swapXY };
  }
  return { flipX: has(1), flipY: has(2), flipZ: has(4), swapXY: rotations90 === true && has(8) };
}

/** What undoes a symmetry. */
export function inverseSymmetry(symmetry: GridSymmetry): GridSymmetry {
  const { flipX, flipY, swapXY } = symmetry;
  return swapXY ? { ...symmetry, flipX: flipY, flipY: flipX } : symmetry;
}

/** Applies a symmetry to a patch (slices x dim x dim, x fastest) of `into` from index `at`, in place. */
export function applySymmetry(
  into: Int16Array,
  at: number,
  shape: PatchShape,
  { flipX, flipY, flipZ, swapXY }: GridSymmetry,
): void {
  if (!(flipX || flipY || flipZ || swapXY)) return;
  const { dim, slices } = shape;
  const patch = copiedPatch(into, at, shape);
  const [strideX, strideY] = swapXY ? [dim, 1] : [1, dim];
  const step = flipX ? -strideX : strideX;
  let target = at;
  for (let z = 0; z < slices; z++) {
    const plane = (flipZ ? slices - 1 - z : z) * dim * dim + (flipX ? (dim - 1) * strideX : 0);
    for (let y = 0; y < dim; y++) {
      let from = plane + (flipY ? dim - 1 - y : y) * strideY;
      for (let x = 0; x < dim; x++, from += step) into[target++] = patch[from]!;
    }
  }
}
