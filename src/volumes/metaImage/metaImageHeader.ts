import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import { isInvertible } from '../voxels/geometry.js';
import type { Geometry, Matrix3, Vector3 } from '../voxels/volume.js';
import type { VoxelType } from '../voxels/voxelType.js';
import { type MetaImageFields, readMetaImageFields } from './metaImageFields.js';

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
  const fields = readMetaImageFields(start, file);
  const [dimensions] = fields.numbers(['NDims'], 1, {
    expected: '3 dimensions, or 4 of which the last has size 1',
    fits: (n) => n === 3 || n === 4,
  }) as [3 | 4];
  fields.numbers(['ElementNumberOfChannels'], 1, {
    otherwise: [1],
    expected: '1 channel',
    fits: (n) => n === 1,
  });
  return {
    dimensions,
    geometry: geometryOf(fields, dimensions),
    ...elementTypeOf(fields),
    bigEndian: fields.flag(['BinaryDataByteOrderMSB', 'ElementByteOrderMSB'], false),
    compressed: fields.flag(['CompressedData'], false),
    binary: fields.flag(['BinaryData'], true),
    headerSize: fields.numbers(['HeaderSize'], 1, {
      otherwise: [0],
      expected: '-1, or a whole number from 0',
      fits: (n) => Number.isSafeInteger(n) && n >= -1,
    })[0]!,
    compressedBytes: fields.numbers(['CompressedDataSize'], 1, {
      otherwise: [],
      expected: 'a whole number above 0',
      fits: (n) => Number.isSafeInteger(n) && n > 0,
    })[0],
    ...dataFileOf(fields),
    headerBytes: fields.headerBytes,
  };
}

function geometryOf(fields: MetaImageFields, dimensions: 3 | 4): Geometry {
  const size = fields.numbers(['DimSize'], dimensions, {
    expected: `${dimensions} whole numbers above 0`,
    fits: (n) => Number.isSafeInteger(n) && n > 0,
  });
  if ((size[3] ?? 1) !== 1) throw fields.unexpected(['DimSize'], 'one volume, a size of 1 behind x, y and z');
  const spacingMm = fields.numbers(['ElementSpacing', 'ElementSize'], dimensions, {
    otherwise: [1, 1, 1],
    expected: `${dimensions} numbers above 0 (mm)`,
    fits: (mm) => mm > 0,
  });
  const originMm = fields.numbers(['Offset', 'Position', 'Origin'], dimensions, { otherwise: [0, 0, 0] });
  const axes = ['TransformMatrix', 'Rotation', 'Orientation'];
  const direction = directionOf(
    fields.numbers(axes, dimensions ** 2, { otherwise: unitAxes(dimensions) }),
    dimensions,
  );
  if (!isInvertible(direction)) throw fields.unexpected(axes, 'three directions that do not lie in a plane');
  return { size: vector(size), spacingMm: vector(spacingMm), originMm: vector(originMm), direction };
}

function dataFileOf(fields: MetaImageFields): Pick<MetaImageHeader, 'dataFile' | 'dataFileLine'> {
  const { text, line } = fields.find('ElementDataFile')!;
  if (text === '' || text.includes('\0'))
    throw fields.unexpected(['ElementDataFile'], 'LOCAL, LIST, or the name of the file with the voxels');
  return { dataFile: text, dataFileLine: line };
}

function elementTypeOf(fields: MetaImageFields): Pick<MetaImageHeader, 'elementType' | 'voxelType'> {
  const field = fields.find('ElementType');
  const known = Object.entries(META_ELEMENT_TYPES).find(([name]) => name === field?.text);
  if (known !== undefined) return { elementType: known[0], voxelType: known[1] };
  throw new InputError(
    fields.file,
    `ElementType: expected one of ${Object.keys(META_ELEMENT_TYPES).join(', ')}, received ${field?.text ?? 'nothing'}`,
    given({ line: field?.line }),
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
