import type { Geometry } from '../voxels/volume.js';
import { VOXEL_BYTES, type VoxelType } from '../voxels/voxelType.js';
import { type NrrdFields, readNrrdFields } from './nrrdFields.js';
import { type NrrdPart, readNrrdParts } from './nrrdFiles.js';
import { readNrrdPlace } from './nrrdGeometry.js';

/** Every spelling of a type; `char` alone is none, as its sign is the compiler's. */
const NRRD_TYPES: Readonly<Record<string, VoxelType>> = Object.fromEntries(
  Object.entries({
    int8: 'signed char, int8, int8_t',
    uint8: 'uchar, unsigned char, uint8, uint8_t',
    int16: 'short, short int, signed short, signed short int, int16, int16_t',
    uint16: 'ushort, unsigned short, unsigned short int, uint16, uint16_t',
    int32: 'int, signed int, int32, int32_t',
    uint32: 'uint, unsigned int, uint32, uint32_t',
    int64: 'longlong, long long, long long int, signed long long, signed long long int, int64, int64_t',
    uint64: 'ulonglong, unsigned long long, unsigned long long int, uint64, uint64_t',
    float32: 'float',
    float64: 'double',
  } satisfies Record<VoxelType, string>).flatMap(([type, names]) =>
    names.split(', ').map((name) => [name, type as VoxelType]),
  ),
);

const NRRD_ENCODINGS: Readonly<Record<string, 'raw' | 'gzip' | 'text' | 'hex'>> = {
  ...{ raw: 'raw', gzip: 'gzip', gz: 'gzip', hex: 'hex' },
  ...{ text: 'text', txt: 'text', ascii: 'text' },
};

/** What a NRRD header says. */
export interface NrrdHeader {
  readonly geometry: Geometry;
  /** As the header says it: `unsigned short`. */
  readonly typeName: string;
  readonly voxelType: VoxelType;
  readonly bigEndian: boolean;
  readonly encoding: 'raw' | 'gzip' | 'text' | 'hex';
  /** Lines to skip in each file before anything else. */
  readonly lineSkip: number;
  /** Bytes to skip then, of a gzip stream when it is unpacked; -1 = the voxels are the last bytes (raw only). */
  readonly byteSkip: number;
  readonly parts: readonly NrrdPart[];
  /** Where voxels that follow the header begin. */
  readonly headerBytes: number;
}

/**
 * Reads the text header at the start of a .nrrd or .nhdr file. Format: http://teem.sourceforge.net/nrrd/format.html.
 * Throws InputError naming `file`, field, line and remedy.
 */
export function parseNrrdHeader(start: Buffer, file: string): NrrdHeader {
  const fields = readNrrdFields(start, file);
  const { geometry, axes } = readNrrdPlace(fields);
  const type = typeOf(fields);
  const encoding = encodingOf(fields);
  const parts = readNrrdParts(fields, axes);
  if (fields.headerBytes === undefined && parts[0]!.name === undefined)
    throw fields.unexpected(
      'data file',
      'the name of the file with the voxels, or an empty line before voxels that follow the header',
    );
  return {
    ...{ geometry, ...type, encoding, parts, headerBytes: fields.headerBytes ?? start.length },
    bigEndian: isBigEndian(fields, type.voxelType, encoding),
    lineSkip: fields.whole('line skip', 'a whole number from 0', (n) => n >= 0, 0),
    byteSkip: byteSkipOf(fields, encoding),
  };
}

function typeOf(fields: NrrdFields): Pick<NrrdHeader, 'typeName' | 'voxelType'> {
  const typeName = fields.text('type')?.replace(/\s+/g, ' ') ?? '';
  const voxelType = NRRD_TYPES[typeName.toLowerCase()];
  if (voxelType !== undefined) return { typeName, voxelType };
  throw fields.unexpected(
    'type',
    'one number a voxel: signed char, uchar, short, ushort, int, uint, long long, ulonglong, int8_t to uint64_t, float or double',
    'save the scan as short or float',
  );
}

function encodingOf(fields: NrrdFields): NrrdHeader['encoding'] {
  const encoding = NRRD_ENCODINGS[fields.text('encoding')?.toLowerCase() ?? ''];
  if (encoding !== undefined) return encoding;
  throw fields.unexpected('encoding', 'raw, gzip, text or hex', 'save the scan as gzip');
}

function isBigEndian(fields: NrrdFields, type: VoxelType, encoding: NrrdHeader['encoding']): boolean {
  const endian = fields.text('endian')?.toLowerCase();
  const matters = encoding !== 'text' && VOXEL_BYTES[type] > 1;
  if (endian === 'big' || endian === 'little' || (endian === undefined && !matters)) return endian === 'big';
  throw fields.unexpected(
    'endian',
    `little or big for voxels of ${VOXEL_BYTES[type]} bytes`,
    'say the byte order of the machine that wrote them: most are little',
  );
}

function byteSkipOf(fields: NrrdFields, encoding: NrrdHeader['encoding']): number {
  const least = encoding === 'raw' ? -1 : 0;
  const expected = `a whole number from 0${least < 0 ? ', or -1' : `; -1 is for encoding raw, not for ${encoding}`}`;
  return fields.whole('byte skip', expected, (n) => n >= least, 0);
}
