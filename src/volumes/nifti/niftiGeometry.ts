import { InputError } from '../../errors.js';
import { eachAxis } from '../voxels/geometry.js';
import { requirePlausibleSpacing } from '../voxels/plausibleSpacing.js';
import type { Geometry, Matrix3, Vector3 } from '../voxels/volume.js';
import type { Affine, NiftiHeader } from './niftiHeader.js';

/** The positions that a NIfTI header may give; `pixdim` gives voxel sizes alone. */
export const NIFTI_FRAMES = ['sform', 'qform', 'pixdim'] as const;
/** Which of the three positions that a NIfTI header may give. */
export type NiftiFrame = (typeof NIFTI_FRAMES)[number];

/** Two positions of one voxel that are farther apart are two; single precision leaves micrometres. */
const SAME_PLACE_MM = 0.1;
/** Cosine between two axes; a tilted gantry leaves 0.1 and more, single precision 1e-6. */
const RIGHT_ANGLE = 1e-3;

/**
 * Where the voxels lie, in LPS and mm. sform and qform may both be there: when they place a voxel differently, programs
 * differ in which they believe, so one must be chosen. Throws InputError, naming both positions.
 */
export function niftiGeometry(header: NiftiHeader, file: string, chosen?: NiftiFrame): Geometry {
  const affine = affineOf(header, file, chosen);
  const columns = eachAxis((axis) => columnOf(affine, axis));
  requireRightAngles(columns, header, file);
  const { millimetres } = header.unit;
  const spacing = eachAxis((axis) => Math.hypot(...columns[axis]));
  const direction = [0, 1, 2].flatMap((row) =>
    columns.map((column, axis) => (toLps(row) * column[row]!) / spacing[axis]!),
  );
  const spacingMm = eachAxis((axis) => spacing[axis] * millimetres);
  requirePlausibleSpacing(spacingMm, file, `spacing of the header, whose xyzt_units say ${header.unit.name}`);
  return {
    size: header.size,
    spacingMm,
    // No -0.
    originMm: eachAxis((row) => toLps(row) * affine[row][3] * millimetres + 0),
    direction: direction.map((value) => value + 0) as unknown as Matrix3,
  };
}

/** NIfTI's world is RAS. */
function toLps(row: number): 1 | -1 {
  return row < 2 ? -1 : 1;
}

function affineOf(header: NiftiHeader, file: string, chosen: NiftiFrame | undefined): Affine {
  const { sform, qform, pixdim } = header;
  const byPixdim: Affine = [
    [Math.abs(pixdim[0]), 0, 0, 0],
    [0, Math.abs(pixdim[1]), 0, 0],
    [0, 0, Math.abs(pixdim[2]), 0],
  ];
  const all = { sform, qform, pixdim: byPixdim };
  if (chosen !== undefined) {
    const affine = all[chosen];
    if (affine === undefined)
      throw new InputError(file, `${chosen}_code: expected a ${chosen}, as was asked for, received code 0`);
    return orThrow(affine);
  }
  if (sform !== undefined && qform !== undefined)
    requireSamePlaces(header, orThrow(sform, 'qform'), orThrow(qform, 'sform'), file);
  const affine = orThrow(sform ?? qform);
  if (affine === undefined)
    throw new InputError(
      file,
      'qform_code, sform_code: expected one above 0, received 0 and 0: the header does not say where the voxels lie or which way they face; write its orientation, or read voxel sizes alone from the origin, along right, anterior, superior, with --nifti-frame pixdim',
    );
  return affine;
}

/** A frame whose numbers are no position is an error where it counts; where there is another one, that may be chosen. */
function orThrow<T extends Affine | undefined>(affine: T | InputError, other?: NiftiFrame): T {
  if (!(affine instanceof InputError)) return affine;
  if (other === undefined) throw affine;
  throw new InputError(affine.file, `${affine.reason}; read it by its ${other} with --nifti-frame ${other}`);
}

function requireSamePlaces({ size, unit }: NiftiHeader, sform: Affine, qform: Affine, file: string): void {
  let worst = { apartMm: 0, corner: [0, 0, 0] as Vector3 };
  for (let at = 0; at < 8; at++) {
    const corner = eachAxis((axis) => ((at >> axis) & 1) * (size[axis] - 1));
    const [a, b] = [placed(sform, corner), placed(qform, corner)];
    const apartMm = Math.hypot(...a.map((value, row) => value - b[row]!)) * unit.millimetres;
    if (!(apartMm <= worst.apartMm)) worst = { apartMm, corner };
  }
  if (worst.apartMm <= SAME_PLACE_MM) return;
  const shown = (affine: Affine): string =>
    placed(affine, worst.corner)
      .map((value, row) => (toLps(row) * value * unit.millimetres).toFixed(2))
      .join(', ');
  throw new InputError(
    file,
    `sform and qform place voxel ${worst.corner.join(', ')} ${worst.apartMm.toFixed(2)} mm apart: at ${shown(sform)} (sform) and ${shown(qform)} (qform; LPS, mm); say which one is meant with --nifti-frame sform or --nifti-frame qform`,
  );
}

function placed(affine: Affine, [x, y, z]: Vector3): Vector3 {
  return eachAxis((row) => affine[row][0] * x + affine[row][1] * y + affine[row][2] * z + affine[row][3]);
}

function requireRightAngles(columns: readonly Vector3[], header: NiftiHeader, file: string): void {
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const lengths = Math.hypot(...columns[a]!) * Math.hypot(...columns[b]!);
    const cosine = columns[a]!.reduce((sum, value, row) => sum + value * columns[b]![row]!, 0) / lengths;
    if (Math.abs(cosine) <= RIGHT_ANGLE || lengths === 0) continue;
    const degrees = (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
    throw new InputError(
      file,
      `sform: expected axes at right angles, received ${degrees.toFixed(2)} degrees between ${'xyz'[a]} and ${'xyz'[b]}: the grid is sheared, as a tilted gantry leaves it; resample it to a straight grid${header.qform === undefined ? '' : ', or read it by its qform, which knows no shear, with --nifti-frame qform'}`,
    );
  }
}

function columnOf(affine: Affine, axis: number): Vector3 {
  return [affine[0][axis]!, affine[1][axis]!, affine[2][axis]!];
}
