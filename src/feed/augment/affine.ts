import type { AugmentPlan } from '../../config/augmentPlan.js';
import type { Random } from '../../random.js';
import type { PatchShape } from './patchShape.js';
import type { VoxelShift } from './shift.js';

/** Rows x, y, z of a 3 x 4 matrix, 12 numbers: the place in the old patch (voxels) of a voxel (x, y, z, 1) of the new one. */
export type AffineMap = readonly number[];

/** Whether a plan has an operation that must interpolate. */
export function interpolates({ scale, rotate, shiftFine }: AugmentPlan): boolean {
  return scale !== undefined || rotate !== undefined || shiftFine !== undefined;
}

/**
 * Magnification, rotation (about an axis of any direction, through the patch's centre) and shift as one map, so that voxels
 * are interpolated once. `shift`: whole voxels that are drawn already.
 */
export function drawAffine(
  { scale, rotate = 0, shiftFine = 0 }: AugmentPlan,
  random: Random,
  shape: PatchShape,
  shift: VoxelShift,
): AffineMap {
  const factor = scale === undefined ? 1 : random.between(...scale);
  const axis = [random.normal(), random.normal(), random.normal()];
  const angle = (random.between(-rotate, rotate) * Math.PI) / 180;
  const fine = [0, 0, 0].map(() => random.between(-shiftFine, shiftFine));
  return affineMap(shape, { factor, axis, angle, shift: shift.map((whole, i) => whole + fine[i]!) });
}

/** The map of a magnification by `factor`, then a rotation (radians, right-handed), then a shift (voxels). */
export function affineMap(
  { dim, slices, spacingMm = [1, 1, 1] }: PatchShape,
  move: {
    readonly factor: number;
    readonly axis: readonly number[];
    readonly angle: number;
    readonly shift: readonly number[];
  },
): AffineMap {
  const { factor, axis, angle, shift } = move;
  const center = [(dim - 1) / 2, (dim - 1) / 2, (slices - 1) / 2];
  // From the new patch back to the old one: the opposite rotation, and smaller steps where it is magnified.
  const turn = rotation(axis, -angle);
  return [0, 1, 2].flatMap((row) => {
    const linear = [0, 1, 2].map(
      (column) => (turn[3 * row + column]! * spacingMm[column]!) / (spacingMm[row]! * factor),
    );
    const moved = linear.reduce((sum, m, column) => sum + m * (center[column]! + shift[column]!), 0);
    return [...linear, center[row]! - moved];
  });
}

/** The opposite map; voxels that went over the border do not come back. Throws RangeError for a map that flattens. */
export function inverseAffine(map: AffineMap): AffineMap {
  const m = (row: number, column: number): number => map[4 * (row % 3) + (column % 3)]!;
  const cofactor = (row: number, column: number): number =>
    m(row + 1, column + 1) * m(row + 2, column + 2) - m(row + 1, column + 2) * m(row + 2, column + 1);
  const determinant = m(0, 0) * cofactor(0, 0) + m(0, 1) * cofactor(0, 1) + m(0, 2) * cofactor(0, 2);
  if (!(Math.abs(determinant) > 1e-12))
    throw new RangeError(`Expected a map that can be undone, received one of determinant ${determinant}`);
  return [0, 1, 2].flatMap((row) => {
    const linear = [0, 1, 2].map((column) => cofactor(column, row) / determinant);
    return [...linear, -linear.reduce((sum, value, column) => sum + value * map[4 * column + 3]!, 0)];
  });
}

/** Rodrigues' formula; an axis of length 0 counts as z. */
function rotation(axis: readonly number[], angle: number): number[] {
  const length = Math.hypot(...axis);
  const [x = 0, y = 0, z = 0] = length > 0 ? axis.map((value) => value / length) : [0, 0, 1];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const t = 1 - c;
  return [
    ...[c + t * x * x, t * x * y - s * z, t * x * z + s * y],
    ...[t * x * y + s * z, c + t * y * y, t * y * z - s * x],
    ...[t * x * z - s * y, t * y * z + s * x, c + t * z * z],
  ];
}
