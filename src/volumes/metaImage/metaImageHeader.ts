import { decimalNumber } from '../../decimal.js';
import { InputError } from '../../errors.js';
import { isInvertible } from '../voxels/geometry.js';
import type { Geometry, Matrix3, Vector3 } from '../voxels/volume.js';
import type { VoxelType } from '../voxels/voxelType.js';

/** Element types of one component. MetaIO's LONG has four bytes on every machine. */
const META_ELEMENT_TYPES = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  MET_LONG: 'int32',
  MET_ULONG: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
} as const satisfies Record<string, VoxelType>;

/** What a MetaImage header says. */
export interface MetaImageHeader {
  readonly geometry: Geometry;
  /** 4 with a last size of 1: one volume of a series of times. */
  readonly dimensions: 3 | 4;
  /** As the header says it: `MET_SHORT`. */
  readonly elementType: string;
  readonly voxelType: VoxelType;
  readonly bigEndian: boolean;
  /** The voxels are one zlib or gzip stream. */
  readonly compressed: boolean;
  /** False: voxels written as text. */
  readonly binary: boolean;
  /** Bytes to skip before the voxels; -1 = the voxels are the last bytes of the file. */
  readonly headerSize: number;
  /** Bytes of the compressed stream, where the header says it. */
  readonly compressedBytes: number | undefined;
  /** As written: `LOCAL` (voxels follow the header), `LIST`, a pattern with %, or a file beside the header. */
  readonly dataFile: string;
  /** The line that says it. */
  readonly dataFileLine: number;
  /** Where the voxels of `LOCAL` begin: just behind the header's last line. */
  readonly headerBytes: number;
}

/**
 * Reads the text header at the start of a .mhd or .mha file; `ElementDataFile` is its last line.
 * Format: https://itk.org/Wiki/ITK/MetaIO/Documentation. Throws InputError naming `file` and line.
 */
export function parseMetaImageHeader(start: Buffer, file: string): MetaImageHeader {
  const { fields, headerBytes } = readFields(start, file);
  const numbers = (
    keys: readonly string[],
    count: number,
    { otherwise, expected, fits = () => true }: NumbersRule,
  ): number[] => {
    const found = numbersOf(fields, file, keys, count, otherwise);
    if (found.every(fits)) return found;
    throw unexpected(file, keys[0]!, fieldOf(fields, keys), expected ?? `${count} numbers`);
  };
  const flag = (keys: readonly string[], otherwise: boolean): boolean =>
    flagOf(fields, file, keys) ?? otherwise;
  const one = (expected: string, fits: (value: number) => boolean, otherwise?: number): NumbersRule => ({
    expected,
    fits,
    otherwise: otherwise === undefined ? undefined : [otherwise],
  });

  const [dimensions] = numbers(
    ['NDims'],
    1,
    one('3 dimensions, or 4 of which the last has size 1', (n) => n === 3 || n === 4),
  ) as [3 | 4];
  numbers(
    ['ElementNumberOfChannels'],
    1,
    one('1 channel', (n) => n === 1, 1),
  );
  const size = numbers(['DimSize'], dimensions, {
    expected: `${dimensions} whole numbers above 0`,
    fits: (n) => Number.isSafeInteger(n) && n > 0,
  });
  if ((size[3] ?? 1) !== 1)
    throw unexpected(file, 'DimSize', fields.get('DimSize'), 'one volume, a size of 1 behind x, y and z');
  const spacingMm = numbers(['ElementSpacing', 'ElementSize'], dimensions, {
    otherwise: [1, 1, 1],
    expected: `${dimensions} numbers above 0 (mm)`,
    fits: (mm) => mm > 0,
  });
  const originMm = numbers(['Offset', 'Position', 'Origin'], dimensions, { otherwise: [0, 0, 0] });
  const axes = ['TransformMatrix', 'Rotation', 'Orientation'];
  const direction = directionOf(
    numbers(axes, dimensions ** 2, { otherwise: unitAxes(dimensions) }),
    dimensions,
  );
  if (!isInvertible(direction))
    throw unexpected(file, axes[0]!, fieldOf(fields, axes), 'three directions that do not lie in a plane');
  const headerSize = one('-1, or a whole number from 0', (n) => Number.isSafeInteger(n) && n >= -1, 0);
  const compressedSize = one('a whole number above 0', (n) => Number.isSafeInteger(n) && n > 0);
  return {
    dimensions,
    geometry: {
      size: vector(size),
      spacingMm: vector(spacingMm),
      originMm: vector(originMm),
      direction,
    },
    ...elementTypeOf(fields, file),
    bigEndian: flag(['BinaryDataByteOrderMSB', 'ElementByteOrderMSB'], false),
    compressed: flag(['CompressedData'], false),
    binary: flag(['BinaryData'], true),
    headerSize: numbers(['HeaderSize'], 1, headerSize)[0]!,
    compressedBytes: fields.has('CompressedDataSize')
      ? numbers(['CompressedDataSize'], 1, compressedSize)[0]!
      : undefined,
    ...dataFileOf(fields, file),
    headerBytes,
  };
}

/** What a field of numbers may hold, in words and as a test; `otherwise` = what a header without it means. */
interface NumbersRule {
  readonly otherwise?: readonly number[] | undefined;
  readonly expected?: string;
  readonly fits?: (value: number) => boolean;
}

interface Field {
  readonly text: string;
  readonly line: number;
}

/** Those that are read; of others a header may have any number. */
const FIELDS = new Set(
  'NDims ElementNumberOfChannels DimSize ElementSpacing ElementSize Offset Position Origin TransformMatrix Rotation Orientation HeaderSize CompressedDataSize CompressedData BinaryData BinaryDataByteOrderMSB ElementByteOrderMSB ElementType ElementDataFile'.split(
    ' ',
  ),
);

function readFields(
  start: Buffer,
  file: string,
): { fields: ReadonlyMap<string, Field>; headerBytes: number } {
  const fields = new Map<string, Field>();
  let at = 0;
  for (let line = 1; at < start.length; line++) {
    const newline = start.indexOf(0x0a, at);
    const end = newline < 0 ? start.length : newline;
    const text = start.toString('latin1', at, end).trim();
    at = end + 1;
    if (text === '') continue;
    // ITK writes whatever came with an image as further lines: `dim[0] = 3`, `0008|0005 = ISO_IR 100`.
    const [, key, value] = /^([^=:]*[^=:\s])\s*[=:]\s*(.*)$/.exec(text) ?? [];
    if (key === undefined)
      throw new InputError(
        file,
        `expected a MetaImage header line 'Key = value', received ${JSON.stringify(text.slice(0, 40))}`,
        { line },
      );
    requirePlain(text, file, line);
    const earlier = fields.get(key);
    if (earlier !== undefined && FIELDS.has(key))
      throw new InputError(file, `${key}: expected one such line, received also line ${earlier.line}`, {
        line,
      });
    fields.set(key, { text: value!, line });
    if (key === 'ElementDataFile') return { fields, headerBytes: Math.min(at, start.length) };
  }
  throw new InputError(
    file,
    'the MetaImage header has no line ElementDataFile: the file is cut short or no MetaImage',
  );
}

/**
 * `TransformMatrix` with a character that nobody sees is another key, and numbers with one between them are others to ITK: what
 * the line says would be lost without a word.
 */
function requirePlain(text: string, file: string, line: number): void {
  if (/^[\x20-\x7e\t]*$/.test(text)) return;
  const [written = ''] = text.split(/[=:]/, 1);
  const plain = written.replace(/[^\x21-\x7e]/g, '');
  if (!FIELDS.has(plain) || (plain === 'ElementDataFile' && written.trim() === plain)) return;
  throw new InputError(
    file,
    `expected the key ${plain} with letters, digits and spaces alone, received ${JSON.stringify(text.slice(0, 60))}`,
    { line },
  );
}

function fieldOf(fields: ReadonlyMap<string, Field>, keys: readonly string[]): Field | undefined {
  return keys.map((key) => fields.get(key)).find((field) => field !== undefined);
}

function numbersOf(
  fields: ReadonlyMap<string, Field>,
  file: string,
  keys: readonly string[],
  count: number,
  otherwise: readonly number[] | undefined,
): number[] {
  const field = fieldOf(fields, keys);
  if (field === undefined) {
    if (otherwise !== undefined) return [...otherwise];
    throw new InputError(file, `the MetaImage header has no ${keys[0]}`);
  }
  const values = field.text.split(/\s+/).map(decimalNumber);
  if (values.length !== count || !values.every(Number.isFinite))
    throw unexpected(file, keys[0]!, field, `${count} numbers`);
  return values;
}

function unexpected(file: string, key: string, field: Field | undefined, expected: string): InputError {
  return new InputError(
    file,
    `${key}: expected ${expected}, received ${JSON.stringify(field?.text.slice(0, 120) ?? '')}`,
    field === undefined ? {} : { line: field.line },
  );
}

/** Undefined for a field that is not there. MetaIO itself takes whatever begins with neither T nor 1 for False. */
function flagOf(
  fields: ReadonlyMap<string, Field>,
  file: string,
  keys: readonly string[],
): boolean | undefined {
  const field = fieldOf(fields, keys);
  if (field === undefined) return undefined;
  if (/^(true|t|1)$/i.test(field.text)) return true;
  if (/^(false|f|0)$/i.test(field.text)) return false;
  throw unexpected(file, keys[0]!, field, 'True or False');
}

function dataFileOf(
  fields: ReadonlyMap<string, Field>,
  file: string,
): Pick<MetaImageHeader, 'dataFile' | 'dataFileLine'> {
  const field = fields.get('ElementDataFile')!;
  if (field.text === '' || field.text.includes('\0'))
    throw unexpected(file, 'ElementDataFile', field, 'LOCAL, LIST, or the name of the file with the voxels');
  return { dataFile: field.text, dataFileLine: field.line };
}

function elementTypeOf(
  fields: ReadonlyMap<string, Field>,
  file: string,
): Pick<MetaImageHeader, 'elementType' | 'voxelType'> {
  const field = fields.get('ElementType');
  const known = Object.entries(META_ELEMENT_TYPES).find(([name]) => name === field?.text);
  if (known !== undefined) return { elementType: known[0], voxelType: known[1] };
  throw new InputError(
    file,
    `ElementType: expected one of ${Object.keys(META_ELEMENT_TYPES).join(', ')}, received ${field?.text ?? 'nothing'}`,
    field === undefined ? {} : { line: field.line },
  );
}

/** The name of a type of voxels. */
export function metaElementType(type: VoxelType): string {
  return Object.entries(META_ELEMENT_TYPES).find(([, known]) => known === type)![0];
}

function vector(values: readonly number[]): Vector3 {
  return [values[0]!, values[1]!, values[2]!];
}

function unitAxes(dimensions: number): number[] {
  return Array.from({ length: dimensions ** 2 }, (_, i) => (i % (dimensions + 1) === 0 ? 1 : 0));
}

/** MetaIO lists the world direction of one voxel axis after the other: columns, where `direction` is row-major. */
function directionOf(m: readonly number[], dimensions: 3 | 4): Matrix3 {
  const [x, y, z] = [0, dimensions, 2 * dimensions] as const;
  return [m[x]!, m[y]!, m[z]!, m[x + 1]!, m[y + 1]!, m[z + 1]!, m[x + 2]!, m[y + 2]!, m[z + 2]!];
}
