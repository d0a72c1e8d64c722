import type { Vector3 } from '../voxels/volume.js';
import type { NrrdFields } from './nrrdFields.js';

/** The axes of the array, as a NRRD header lists them: fastest first. */
export interface NrrdAxes {
  readonly sizes: readonly number[];
  /** Which three of them are those of the scan; a fourth has size 1. */
  readonly kept: Vector3;
}

/** A vector of `space directions`; undefined = `none`: the axis has no place in the world. */
export type NrrdVector = readonly number[] | undefined;

const REMEDY = 'save one volume with one number a voxel and three axes';

/** Reads dimension, sizes and kinds. Throws InputError for what is no scan of one number a voxel. */
export function readNrrdAxes(fields: NrrdFields, directions: readonly NrrdVector[] | undefined): NrrdAxes {
  const dimension = nrrdDimension(fields);
  const sizes = (fields.words('sizes', dimension) ?? []).map((word) =>
    /^\d+$/.test(word) ? Number(word) : 0,
  );
  if (sizes.length === 0 || !sizes.every((n) => Number.isSafeInteger(n) && n > 0))
    throw fields.unexpected('sizes', `${dimension} whole numbers above 0`);
  const kinds = fields.words('kinds', dimension);
  const extra = dimension === 3 ? undefined : extraAxis(fields, sizes, kinds, directions);
  const kept = sizes.map((_, axis) => axis).filter((axis) => axis !== extra);
  if (kinds !== undefined && !kept.every((axis) => isOfSpace(kinds[axis]!)))
    throw fields.wrong(
      'kinds',
      `expected three axes of kind domain or space, received ${kinds.join(' ')} with sizes ${sizes.join(' ')}; ${REMEDY}`,
    );
  return { sizes, kept: [kept[0]!, kept[1]!, kept[2]!] };
}

/** 3 or 4. Throws InputError for others, with the sizes and kinds. */
export function nrrdDimension(fields: NrrdFields): number {
  const expected = 'a scan of 3 dimensions (or 4, one of them of size 1)';
  const dimension = fields.whole('dimension', expected, () => true);
  if (dimension === 3 || dimension === 4) return dimension;
  throw fields.unexpected(
    'dimension',
    expected,
    `its sizes are ${fields.text('sizes') ?? 'not given'}${kindsOf(fields)}: ${REMEDY}`,
  );
}

/** The axis of size 1 that is not the scan's: of no direction, else of a kind that is not of space, else the only one. */
function extraAxis(
  fields: NrrdFields,
  sizes: readonly number[],
  kinds: readonly string[] | undefined,
  directions: readonly NrrdVector[] | undefined,
): number {
  const single = sizes.map((_, axis) => axis).filter((axis) => sizes[axis] === 1);
  const rules: readonly ((axis: number) => boolean)[] = [
    (axis) => directions !== undefined && directions[axis] === undefined,
    (axis) => kinds !== undefined && !isOfSpace(kinds[axis]!),
    (axis) => directions?.[axis]?.slice(0, 3).every((component) => component === 0) ?? false,
    () => true,
  ];
  const found = rules.map((rule) => single.filter(rule)).find((axes) => axes.length > 0) ?? [];
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw fields.unexpected(
      'sizes',
      'three axes, or a fourth of size 1',
      `4 axes${kindsOf(fields)}: ${REMEDY}`,
    );
  throw fields.unexpected(
    'sizes',
    'one axis of size 1 beside the three of the scan',
    'mark the one that is not of space with none in space directions, or with kind list',
  );
}

function kindsOf(fields: NrrdFields): string {
  const kinds = fields.text('kinds');
  return kinds === undefined ? '' : ` of kinds ${kinds}`;
}

/** Kinds that say nothing count as the scan's, too. */
function isOfSpace(kind: string): boolean {
  return ['domain', 'space', '???', 'none'].includes(kind.toLowerCase());
}
