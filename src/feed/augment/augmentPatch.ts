import type { AugmentPlan } from '../../config/augmentPlan.js';
import type { Random } from '../../random.js';
import { voxelsPerPatch } from '../../store/patchFileContract.js';
import { type AffineMap, drawAffine, interpolates, inverseAffine } from './affine.js';
import { addNoise, type Noise } from './noise.js';
import type { PatchShape } from './patchShape.js';
import { resampleAffine } from './resampleAffine.js';
import { applyShift, drawShift, inverseShift, type VoxelShift } from './shift.js';
import { applySymmetry, drawSymmetry, type GridSymmetry, inverseSymmetry } from './symmetry.js';
import { applyTone, drawTone, hasTone, inverseTone, type Tone } from './tone.js';

/** What was drawn for one patch, in the order in which it is done; plain data. */
export interface Augmentation {
  readonly symmetry?: GridSymmetry;
  /** Only where nothing interpolates; else it is part of the affine map. */
  readonly shift?: VoxelShift;
  readonly affine?: AffineMap;
  readonly tone?: Tone;
  readonly noise?: Noise;
}

/**
 * Changes one patch of `into` from index `at`, in place, as `plan` says: symmetries, then shift, scale and rotation in one
 * interpolation, then intensities, then noise. All that is random comes from `random`; nothing else is read or kept, so that
 * it may run in any thread.
 * @example
 * const patchHu = new Int16Array(32 ** 3);
 * augmentPatch(parseAugment('flips, shift:2'), patchHu, 0, { dim: 32, slices: 32 }, createRandom(1));
 */
export function augmentPatch(
  plan: AugmentPlan,
  into: Int16Array,
  at: number,
  shape: PatchShape,
  random: Random,
): void {
  applyAugmentation(drawAugmentation(plan, shape, random), into, at, shape);
}

/**
 * Draws what augmentPatch() does. Each kind has random numbers of its own: one more in the list leaves the others as they were.
 * @example
 * const plan = parseAugment('flips, shift:2');
 * drawAugmentation(plan, { dim: 32, slices: 32 }, createRandom(1)).shift //=> [ 1, 0, 2 ]
 */
export function drawAugmentation(plan: AugmentPlan, shape: PatchShape, random: Random): Augmentation {
  const symmetric = plan.flips === true || plan.rotations90 === true;
  const shift = plan.shift === undefined ? ([0, 0, 0] as const) : drawShift(plan, random.fork('shift'));
  return {
    ...(symmetric ? { symmetry: drawSymmetry(random, plan) } : {}),
    ...(interpolates(plan)
      ? { affine: drawAffine(plan, random.fork('affine'), shape, shift) }
      : plan.shift === undefined
        ? {}
        : { shift }),
    ...(hasTone(plan) ? { tone: drawTone(plan, random.fork('tone')) } : {}),
    ...(plan.noise === undefined
      ? {}
      : { noise: { deviationHu: plan.noise, random: random.fork('noise').state() } }),
  };
}

/**
 * Does to one patch of `into` from index `at`, in place, what drawAugmentation() drew.
 * @example
 * const shape = { dim: 32, slices: 32 };
 * const drawn = drawAugmentation(parseAugment('flips, noise:10'), shape, createRandom(1));
 * const patchHu = new Int16Array(32 ** 3);
 * applyAugmentation(drawn, patchHu, 0, shape);
 */
export function applyAugmentation(
  { symmetry, shift, affine, tone, noise }: Augmentation,
  into: Int16Array,
  at: number,
  shape: PatchShape,
): void {
  const voxels = voxelsPerPatch(shape);
  if (symmetry !== undefined) applySymmetry(into, at, shape, symmetry);
  if (shift !== undefined) applyShift(into, at, shape, shift);
  if (affine !== undefined) resampleAffine(into, at, shape, affine);
  if (tone !== undefined) applyTone(into, at, voxels, tone);
  if (noise !== undefined) addNoise(into, at, voxels, noise);
}

/**
 * Undoes it in the opposite order: symmetries exactly, intensities but for rounding, shifts and maps but for what went over
 * the border (and what interpolation smoothed). Noise stays.
 * @example
 * const shape = { dim: 2, slices: 2 };
 * const drawn = drawAugmentation(parseAugment('flips'), shape, createRandom(1));
 * const patchHu = Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8);
 * applyAugmentation(drawn, patchHu, 0, shape);
 * undoAugmentation(drawn, patchHu, 0, shape);
 * patchHu.join() //=> '1,2,3,4,5,6,7,8'
 */
export function undoAugmentation(
  { symmetry, shift, affine, tone }: Augmentation,
  into: Int16Array,
  at: number,
  shape: PatchShape,
): void {
  const voxels = voxelsPerPatch(shape);
  if (tone !== undefined) applyTone(into, at, voxels, inverseTone(tone));
  if (affine !== undefined) resampleAffine(into, at, shape, inverseAffine(affine));
  if (shift !== undefined) applyShift(into, at, shape, inverseShift(shift));
  if (symmetry !== undefined) applySymmetry(into, at, shape, inverseSymmetry(symmetry));
}
