import { decimalNumber } from '../../decimal.js';
import { eachAxis, isInvertible } from '../voxels/geometry.js';
import type { Geometry, Matrix3, Vector3 } from '../voxels/volume.js';
import { type NrrdVector, nrrdDimension } from './nrrdAxes.js';
import type { NrrdField, NrrdFields } from './nrrdFields.js';
import { inMm, nrrdUnits } from './nrrdUnits.js';

/** The world of a NRRD file. */
export interface NrrdSpace {
  readonly name: string;
  /** Numbers of a vector: 3, or 4 with time. */
  readonly dimension: number;
  /** From its axes to left, posterior, superior. */
  readonly toLps: Vector3;
}

const LPS: Vector3 = [1, 1, 1];
/**
 * Names without blanks and hyphens, in small letters. Only for the first three anatomy is known; the numbers of the others
 * are taken for LPS, as SimpleITK does. (itk-wasm flips x of left-anterior-superior: a fault of older ITK.)
 */
const SPACES: Readonly<Record<string, { dimension: number; toLps: Vector3 }>> = Object.fromEntries(
  (
    [
      ['rightanteriorsuperior', 'ras', [-1, -1, 1]],
      ['leftanteriorsuperior', 'las', [1, -1, 1]],
      ['leftposteriorsuperior', 'lps', LPS],
      ['scannerxyz', 'scannerxyz', LPS],
      ['3drighthanded', '3drighthanded', LPS],
      ['3dlefthanded', '3dlefthanded', LPS],
    ] as const
  ).flatMap(([name, short, toLps]) => [
    [name, { dimension: 3, toLps }],
    [short, { dimension: 3, toLps }],
    [`${name}time`, { dimension: 4, toLps }],
    [`${short}t`, { dimension: 4, toLps }],
  ]),
);

/** The space that `space` or `space dimension` says; undefined without either. Throws InputError for an unknown one. */
export function readNrrdSpace(fields: NrrdFields): NrrdSpace | undefined {
  const name = fields.text('space');
  const known = name === undefined ? undefined : SPACES[name.toLowerCase().replace(/[\s-]/g, '')];
  if (name !== undefined && known === undefined)
    throw fields.unexpected(
      'space',
      'left-posterior-superior, right-anterior-superior, left-anterior-superior, scanner-xyz, 3D-right-handed or 3D-left-handed',
      'turn the scan to one of them',
    );
  if (fields.text('space dimension') === undefined) return known && { name: name!, ...known };
  const fits = (n: number): boolean => (known === undefined ? n === 3 || n === 4 : n === known.dimension);
  const dimension = fields.whole('space dimension', `${known?.dimension ?? 3}`, fits);
  return { name: name ?? `of ${dimension} dimensions`, dimension, toLps: known?.toLps ?? LPS };
}

/** The vectors of `space directions`; undefined without that line. Throws InputError for other numbers than the space has. */
export function readNrrdDirections(
  fields: NrrdFields,
  space: NrrdSpace | undefined,
): readonly NrrdVector[] | undefined {
  if (fields.text('space directions') === undefined) return undefined;
  // Without a space the length of its vectors is unknown to the standard; SimpleITK refuses it, too.
  if (space === undefined)
    throw fields.wrong(
      'space directions',
      "expected a line 'space' above it, found none; say in which space they are: space: left-posterior-superior (DICOM) or right-anterior-superior (NIfTI)",
    );
  return vectorsIn(fields, 'space directions', nrrdDimension(fields), space);
}

/** Geometry by directions (LPS, mm). `directions` are those of the three axes of the scan. Throws InputError. */
export function geometryInSpace(
  fields: NrrdFields,
  space: NrrdSpace,
  directions: readonly NrrdVector[],
  size: Vector3,
): Geometry {
  const units = nrrdUnits(fields, 'space units', space.dimension);
  const toWorld = (vector: readonly number[]): Vector3 =>
    eachAxis((axis) => inMm(vector[axis]!, units?.[axis]) * space.toLps[axis] + 0);
  const steps = directions.map((vector, axis) => toWorld(requireDirection(fields, vector, axis)));
  const origin = fields.text('space origin') ?? 'none';
  const originMm = origin === 'none' ? [0, 0, 0] : vectorsIn(fields, 'space origin', 1, space)[0];
  if (originMm === undefined) throw fields.unexpected('space origin', `${space.dimension} finite numbers`);
  const spacingMm = steps.map((step) => Math.hypot(...step));
  const unit = (row: number, column: number): number => steps[column]![row]! / spacingMm[column]!;
  const direction = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => unit(row, column)));
  if (!isInvertible(direction as unknown as Matrix3))
    throw fields.unexpected(
      'space directions',
      'three directions that do not lie in a plane',
      'resample the scan',
    );
  return {
    size,
    spacingMm: [spacingMm[0]!, spacingMm[1]!, spacingMm[2]!],
    originMm: toWorld(originMm),
    direction: direction as unknown as Matrix3,
  };
}

function requireDirection(fields: NrrdFields, vector: NrrdVector, axis: number): readonly number[] {
  const expected = 'a vector other than none for each axis of the scan';
  if (vector === undefined) throw fields.unexpected('space directions', expected);
  if (vector.slice(0, 3).every((component) => component === 0))
    throw fields.unexpected('space directions', `a vector other than 0 for axis ${axis + 1}`);
  if (vector.slice(3).some((component) => component !== 0))
    throw fields.unexpected('space directions', 'no axis of the scan along time', 'save one volume');
  return vector;
}

/** `none`, or numbers with commas in brackets. NaN in all places means none, as teem writes it. */
function vectorsIn(
  fields: NrrdFields,
  field: NrrdField,
  count: number,
  { name, dimension }: NrrdSpace,
): readonly NrrdVector[] {
  const text = fields.text(field)!;
  const found = [...text.matchAll(/\bnone\b|\(([^()]*)\)/g)].map((match) =>
    match[1]?.split(',').map((word) => word.trim()),
  );
  const isAlone = text.replace(/\bnone\b|\([^()]*\)/g, '').trim() === '';
  if (!isAlone || found.length !== count || found.some((words) => (words?.length ?? dimension) !== dimension))
    throw fields.unexpected(
      field,
      `${count === 1 ? 'one vector' : `${count} vectors`} (${['x', 'y', 'z', 't'].slice(0, dimension).join(',')}) of the space ${name}`,
    );
  return found.map((words) => {
    if (words === undefined || words.every((word) => /^[+-]?nan$/i.test(word))) return undefined;
    const vector = words.map(decimalNumber);
    if (!vector.every(Number.isFinite)) throw fields.unexpected(field, 'vectors of finite numbers');
    return vector;
  });
}
