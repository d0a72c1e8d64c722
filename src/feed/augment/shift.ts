import type { AugmentPlan } from '../../config/augmentPlan.js';
import type { Random } from '../../random.js';
import { AIR_HU } from '../../volumes/voxels/storedHu.js';
import { copiedPatch, type PatchShape } from './patchShape.js';

/** Voxels along x, y, z. */
export type VoxelShift = readonly [x: number, y: number, z: number];

/** Whole voxels, uniform in [-shift, shift] on each axis. */
export function drawShift({ shift = 0 }: AugmentPlan, random: Random): VoxelShift {
  const draw = (): number => random.integer(2 * shift + 1) - shift;
  return [draw(), draw(), draw()];
}

/** What undoes a shift, but for the voxels that went over the border. */
export function inverseShift([x, y, z]: VoxelShift): VoxelShift {
  return [-x, -y, -z];
}

/** Moves a patch by whole voxels, in place: exact; what comes in over the border is air. */
export function applyShift(
  into: Int16Array,
  at: number,
  shape: PatchShape,
  [shiftX, shiftY, shiftZ]: VoxelShift,
): void {
  if (shiftX === 0 && shiftY === 0 && shiftZ === 0) return;
  const { dim, slices } = shape;
  const patch = copiedPatch(into, at, shape);
  into.fill(AIR_HU, at, at + patch.length);
  const first = Math.max(0, shiftX);
  const end = Math.min(dim, dim + shiftX);
  for (let z = Math.max(0, shiftZ); z < Math.min(slices, slices + shiftZ); z++)
    for (let y = Math.max(0, shiftY); y < Math.min(dim, dim + shiftY); y++) {
      const target = at + (z * dim + y) * dim;
      const from = ((z - shiftZ) * dim + y - shiftY) * dim - shiftX;
      for (let x = first; x < end; x++) into[target + x] = patch[from + x]!;
    }
}
