import { decimalNumber } from '../../decimal.js';
import { eachAxis, IDENTITY_DIRECTION } from '../voxels/geometry.js';
import { requirePlausibleSpacing } from '../voxels/plausibleSpacing.js';
import type { Geometry, Matrix3, Vector3 } from '../voxels/volume.js';
import { type NrrdAxes, type NrrdVector, readNrrdAxes } from './nrrdAxes.js';
import type { NrrdField, NrrdFields } from './nrrdFields.js';
import { geometryInSpace, readNrrdDirections, readNrrdSpace } from './nrrdSpace.js';
import { inMm, nrrdUnits } from './nrrdUnits.js';

/** `spacings` beside `space directions` may be rounded by so much. */
const ROUNDED = 1e-3;

/**
 * Where the array lies in the world (LPS, mm), and which of its axes are the scan's. Without a space: identity, `spacings`, and
 * the origin that `axis mins` and `centerings` say; with one: `space directions` and `space origin`, the centre of the first
 * voxel whatever the centering. Throws InputError with field, line and remedy.
 */
export function readNrrdPlace(fields: NrrdFields): { geometry: Geometry; axes: NrrdAxes } {
  const space = readNrrdSpace(fields);
  const directions = readNrrdDirections(fields, space);
  const axes = readNrrdAxes(fields, directions);
  const size = three(axes, axes.sizes);
  if (space === undefined) {
    const geometry = geometryOfAxes(fields, axes, size);
    requirePlausible(fields, geometry, 'spacings', 'units');
    return { axes, geometry };
  }
  if (directions === undefined)
    throw fields.unexpected(
      'space directions',
      'a vector for each axis beside a space',
      'add the line, or remove the lines space, space dimension and space origin',
    );
  const geometry = geometryInSpace(fields, space, three(axes, directions), size);
  requireOnlyDirections(fields, axes, directions, geometry);
  requirePlausible(fields, geometry, 'space directions', 'space units');
  return { axes, geometry };
}

function three<T>({ kept }: NrrdAxes, values: readonly T[]): readonly [T, T, T] {
  return eachAxis((i) => values[kept[i]]!);
}

/** A spacing below 0 is an axis that runs backwards, as SimpleITK reads it. */
function geometryOfAxes(fields: NrrdFields, axes: NrrdAxes, size: Vector3): Geometry {
  for (const field of ['axis mins', 'axis maxs'] as const)
    if (fields.text(field) !== undefined && fields.text('spacings') === undefined)
      throw fields.unexpected('spacings', `numbers beside ${field}`, 'add the line: spacings: x y z');
  const units = nrrdUnits(fields, 'units', axes.sizes.length);
  const mm = (values: Vector3): Vector3 => eachAxis((i) => inMm(values[i], units?.[axes.kept[i]]));
  const steps = mm(numbersOfAxes(fields, 'spacings', axes) ?? [1, 1, 1]);
  if (steps.includes(0)) throw fields.unexpected('spacings', 'numbers other than 0');
  const mins = numbersOfAxes(fields, 'axis mins', axes);
  return {
    size,
    spacingMm: eachAxis((axis) => Math.abs(steps[axis])),
    originMm: mins === undefined ? [0, 0, 0] : firstCentre(fields, axes, mm(mins), steps),
    direction: IDENTITY_DIRECTION.map((one, i) => one * Math.sign(steps[i % 3]!) + 0) as unknown as Matrix3,
  };
}

/** `axis mins` is the border of the first voxel, unless its axis has the centering node. Unknown centerings are cell, as in teem. */
function firstCentre(fields: NrrdFields, axes: NrrdAxes, mins: Vector3, steps: Vector3): Vector3 {
  const centerings = fields.words('centerings', axes.sizes.length)?.map((word) => word.toLowerCase());
  if (centerings?.some((word) => !['cell', 'node', '???', 'none'].includes(word)))
    throw fields.unexpected('centerings', 'cell or node for each axis');
  return eachAxis((i) => (centerings?.[axes.kept[i]] === 'node' ? mins[i] : mins[i] + steps[i] / 2));
}

/** The numbers of the scan's axes; those of a fourth may be anything, as NaN. */
function numbersOfAxes(fields: NrrdFields, field: NrrdField, axes: NrrdAxes): Vector3 | undefined {
  const words = fields.words(field, axes.sizes.length);
  if (words === undefined) return undefined;
  const values = three(axes, words.map(decimalNumber));
  if (!values.every(Number.isFinite))
    throw fields.unexpected(field, 'finite numbers for the axes of the scan');
  return values;
}

/** What else the header says of its axes must not contradict the directions; the standard forbids to say it at all. */
function requireOnlyDirections(
  fields: NrrdFields,
  axes: NrrdAxes,
  directions: readonly NrrdVector[],
  { spacingMm }: Geometry,
): void {
  for (const field of ['axis mins', 'axis maxs'] as const)
    if (fields.words(field, axes.sizes.length)?.some((word) => !/^nan$/i.test(word)))
      throw fields.unexpected(field, 'no such line beside space directions', 'remove it');
  const units = nrrdUnits(fields, 'units', axes.sizes.length);
  if (units?.some(([factor, divisor]) => factor !== divisor))
    throw fields.unexpected(
      'units',
      'mm beside space directions',
      'say the unit in space units, one for each axis of the world',
    );
  const spacings = fields.words('spacings', axes.sizes.length);
  if (spacings === undefined || spacings.every((word) => /^nan$/i.test(word))) return;
  const said = numbersOfAxes(fields, 'spacings', axes)!;
  const lengths = three(axes, directions).map((vector) => Math.hypot(...vector!));
  const agrees = (i: number): boolean =>
    [lengths[i]!, spacingMm[i]!].some((length) => Math.abs(said[i]! - length) <= ROUNDED * length);
  if (![0, 1, 2].every(agrees))
    throw fields.unexpected(
      'spacings',
      `the lengths of space directions, ${lengths.join(' ')}`,
      'remove the line that is wrong',
    );
}

/** Named is the unit where it is another than mm: numbers in mm under its name are the likelier fault. */
function requirePlausible(
  fields: NrrdFields,
  { spacingMm }: Geometry,
  steps: NrrdField,
  unit: NrrdField,
): void {
  const units = fields.text(unit) ?? '';
  const isMm = units.replace(/mm|[\s"]/gi, '') === '';
  const [field, said] = isMm ? [steps, steps] : [unit, `${unit} ${units.slice(0, 60)}`];
  requirePlausibleSpacing(spacingMm, fields.file, said, fields.line(field));
}
