import { eachAxis } from '../voxels/geometry.js';
import { numberedName } from '../voxels/namedFile.js';
import type { Vector3 } from '../voxels/volume.js';
import type { NrrdAxes } from './nrrdAxes.js';
import type { NrrdFields, NrrdLine } from './nrrdFields.js';

/** A part of the voxels: all of them, or a piece of so many axes. */
export interface NrrdPart {
  /** Of the file as the header writes it, with its line; undefined = the voxels follow the header. */
  readonly name: NrrdLine | undefined;
  readonly size: Vector3;
}

/** `slice%03d.raw 1 12 1 [dimensions of a file]`: first, last and step. The name may hold blanks. */
const PATTERN = /^(.*?%\d*[diu].*?)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(?:\s+(\d+))?$/;

/** More files than any scan has; each name is kept. */
const MOST_FILES = 100_000;

/** Where the voxels are, by the field `data file`. Throws InputError for more or fewer files than the sizes need. */
export function readNrrdParts(fields: NrrdFields, axes: NrrdAxes): readonly NrrdPart[] {
  const text = fields.text('data file');
  if (text === undefined || text === 'LOCAL') return [{ name: undefined, size: sizeOf(axes, axes.sizes) }];
  const line = fields.line('data file')!;
  if (text === '' || text.includes('\0'))
    throw fields.unexpected('data file', 'the name of the file with the voxels');
  const list = /^LIST(?:\s+(\d+))?$/.exec(text);
  if (list !== null) return piecesOf(fields, axes, fields.listed.length, (i) => fields.listed[i]!, list[1]);
  if (/^LIST\s/.test(text))
    throw fields.unexpected('data file', 'LIST, or LIST and the dimensions of a file');
  const [, pattern, first, last, step, dimensions] = PATTERN.exec(text) ?? [];
  if (pattern !== undefined) {
    const [from, by] = [Number(first), Number(step)];
    const count = Math.floor((Number(last) - from) / by) + 1;
    if (!(count >= 1 && Number.isSafeInteger(count)))
      throw fields.unexpected('data file', 'a step that leads from the first number to the last');
    return piecesOf(
      fields,
      axes,
      count,
      (i) => ({ text: numberedName(pattern, from + i * by), line }),
      dimensions,
    );
  }
  if (/%\d*[diu]/.test(text))
    throw fields.unexpected(
      'data file',
      'a pattern with its first, last and step number',
      'write it as slice%03d.raw 1 12 1',
    );
  return [{ name: { text, line }, size: sizeOf(axes, axes.sizes) }];
}

/** Each file holds the first `dimensions` axes of the array, or, with all of them, a slab of the last. */
function piecesOf(
  fields: NrrdFields,
  axes: NrrdAxes,
  count: number,
  nameAt: (i: number) => NrrdLine,
  dimensionsText: string | undefined,
): readonly NrrdPart[] {
  const { sizes } = axes;
  const dimensions = dimensionsText === undefined ? sizes.length - 1 : Number(dimensionsText);
  if (dimensions < 1 || dimensions > sizes.length)
    throw fields.unexpected('data file', `files of 1 to ${sizes.length} dimensions`);
  const last = sizes.at(-1)!;
  const isSlab = dimensions === sizes.length;
  const parts = sizes.slice(dimensions).reduce((product, n) => product * n, 1);
  if (count === 0 || count > MOST_FILES || (isSlab ? last % count !== 0 : count !== parts))
    throw fields.wrong(
      'data file',
      `expected ${isSlab ? `files that share ${last} slices evenly` : `a file for each of ${parts} pieces of ${dimensions} dimensions`} (sizes ${sizes.join(' ')}), received ${count}; name each file once`,
    );
  const piece = sizes.map((n, axis) => (axis < dimensions ? n : 1));
  const size = sizeOf(axes, isSlab ? [...sizes.slice(0, -1), last / count] : piece);
  return Array.from({ length: count }, (_, i) => ({ name: nameAt(i), size }));
}

function sizeOf({ kept }: NrrdAxes, sizes: readonly number[]): Vector3 {
  return eachAxis((axis) => sizes[kept[axis]]!);
}
