import { InputError } from '../../errors.js';
import { withFile } from '../voxels/inputFile.js';
import { namedFile, numberedName } from '../voxels/namedFile.js';
import type { Vector3 } from '../voxels/volume.js';
import type { MetaImageHeader } from './metaImageHeader.js';

/** A part of a MetaImage's voxels: all, a slice of z, or a row. */
export interface MetaImagePart {
  readonly file: string;
  readonly size: Vector3;
}

/** MetaIO's `LIST`, also with the number of dimensions that each file has, else one less than the header's: `LIST 2`, `LIST 2D`. */
const LIST = /^LIST(?:\s+(\d+)D?)?$/;
/** `slice%03d.raw 1 200 1`: first, last and step; without them all slices, counted from 1. */
const PATTERN = /^(.*%0?\d*[diu].*?)(?:\s+(\d+))?(?:\s+(\d+))?(?:\s+(\d+))?$/;

/** Whether the voxels lie in files of their own, one for each slice. */
export function hasManyFiles({ dataFile }: MetaImageHeader): boolean {
  return LIST.test(dataFile) || PATTERN.test(dataFile);
}

/** Whether the voxels follow the header in its own file. */
export function isLocal({ dataFile }: MetaImageHeader): boolean {
  return /^local$/i.test(dataFile);
}

/**
 * The files that hold a MetaImage's voxels, in their order, with what each of them holds. Throws InputError for a list that
 * names more or fewer files than there are slices, and for a file that is not there, with the name of one that may be meant.
 */
export async function metaImageParts(
  path: string,
  header: MetaImageHeader,
): Promise<readonly MetaImagePart[]> {
  const { size } = header.geometry;
  if (isLocal(header)) return [{ file: path, size }];
  const list = LIST.exec(header.dataFile);
  const partSize = sizeOf(Number(list?.[1] ?? header.dimensions - 1), size);
  const names = list === null ? patternNames(header) : await listedNames(path, header);
  if (names === undefined) return [{ file: await existingFile(path, header, header.dataFile), size }];
  const parts = (size[0] * size[1] * size[2]) / (partSize[0] * partSize[1] * partSize[2]);
  if (names.length !== parts)
    throw wrongField(
      path,
      header,
      `expected a file for each of ${parts} ${partSize[1] === 1 ? 'rows' : partSize[2] === 1 ? 'slices' : 'volumes'}, received ${names.length}`,
    );
  const found: MetaImagePart[] = [];
  for (const name of names) found.push({ file: await existingFile(path, header, name), size: partSize });
  return found;
}

function sizeOf(dimensions: number, [x, y, z]: Vector3): Vector3 {
  return [x, dimensions > 1 ? y : 1, dimensions > 2 ? z : 1];
}

async function listedNames(path: string, header: MetaImageHeader): Promise<string[]> {
  const text = await withFile(path, async (input) => (await input.content()).toString('latin1'));
  const names = text
    .slice(header.headerBytes)
    .split(/\r?\n/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  // A list without any name: the header itself is what is too short.
  if (names.length === 0)
    throw wrongField(path, header, 'expected a file for each slice, received an empty LIST');
  return names;
}

/** Undefined for a name that is no pattern. At most one more than there may be: enough to see that there are too many. */
function patternNames({ dataFile, geometry, dimensions }: MetaImageHeader): string[] | undefined {
  const [, pattern, first = '1', last, step = '1'] = PATTERN.exec(dataFile) ?? [];
  if (pattern === undefined) return undefined;
  const depth = dimensions === 3 ? geometry.size[2] : 1;
  const end = last === undefined ? Number(first) + depth - 1 : Number(last);
  const names: string[] = [];
  for (let k = Number(first); k <= end && names.length <= depth; k += Number(step) || 1)
    names.push(numberedName(pattern, k));
  return names;
}

function existingFile(path: string, header: MetaImageHeader, name: string): Promise<string> {
  return namedFile(path, name, (reason) => wrongField(path, header, reason));
}

function wrongField(path: string, { dataFileLine }: MetaImageHeader, reason: string): InputError {
  return new InputError(path, `ElementDataFile: ${reason}`, { line: dataFileLine });
}
