import { InputError } from '../../errors.js';
import type { Rescaling } from '../voxels/rescaled.js';
import type { Vector3 } from '../voxels/volume.js';
import type { VoxelType } from '../voxels/voxelType.js';

/** Rows of a 3 x 4 matrix: voxel index -> position in the header's own frame (RAS) and units. */
export type Affine = readonly [Row, Row, Row];
type Row = readonly [number, number, number, number];

/** What a NIfTI header says; https://nifti.nimh.nih.gov/nifti-1, https://nifti.nimh.nih.gov/nifti-2 */
export interface NiftiHeader {
  readonly bigEndian: boolean;
  /** The voxels lie in a file of their own, .img. */
  readonly isPair: boolean;
  readonly size: Vector3;
  readonly voxelType: VoxelType;
  /** Byte of the (unpacked) file where the voxels begin. */
  readonly voxelOffset: number;
  /** Value = slope * stored + intercept; undefined where the values are stored as they are. */
  readonly scaling: Rescaling | undefined;
  /** Voxel sizes along x, y, z, in the header's units. */
  readonly pixdim: Vector3;
  /** Undefined where its code is 0; an error where its numbers make no position. */
  readonly sform: Affine | InputError | undefined;
  readonly qform: Affine | InputError | undefined;
  /** Millimetres in one of the header's units, and its name. */
  readonly unit: { readonly name: string; readonly millimetres: number };
}

/** Bytes that hold a header of either version. */
export const NIFTI_HEADER_BYTES = 540;
const SIZES = { 348: 1, 540: 2 } as const;
/** Behind the header of a single file stand four bytes that say whether extensions follow. */
const EXTENSION_FLAG_BYTES = 4;

const VOXEL_TYPES: Readonly<Record<number, VoxelType>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  64: 'float64',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
  1024: 'int64',
  1280: 'uint64',
};
const OTHER_TYPES: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers',
  128: 'colours (RGB)',
  1536: 'numbers of 128 bits',
  1792: 'complex numbers',
  2048: 'complex numbers',
  2304: 'colours (RGBA)',
};
const UNITS: Readonly<Record<number, NiftiHeader['unit']>> = {
  1: { name: 'metre', millimetres: 1000 },
  3: { name: 'micron', millimetres: 0.001 },
};
const MILLIMETRE: NiftiHeader['unit'] = { name: 'mm', millimetres: 1 };

/** Where the two versions keep a field: its byte, and how it is read. */
interface Fields {
  readonly dim: (i: number) => number;
  readonly pixdim: (i: number) => number;
  readonly datatype: number;
  readonly voxelOffset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly units: number;
  readonly qformCode: number;
  readonly sformCode: number;
  /** Quaternion b, c, d and offset x, y, z. */
  readonly quaternion: readonly number[];
  /** Rows x, y, z. */
  readonly srow: readonly number[];
  readonly magic: string;
}

/** Reads a header of NIfTI-1 or NIfTI-2 in either byte order. Throws InputError naming `file` and field. */
export function parseNiftiHeader(start: Buffer, file: string): NiftiHeader {
  const { version, littleEndian } = formOf(start, file);
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const fields = version === 1 ? fields1(view, littleEndian) : fields2(view, littleEndian);
  const isPair = fields.magic.startsWith('ni');
  if (!isPair && !fields.magic.startsWith('n+'))
    throw new InputError(
      file,
      `magic: expected n+${version} or ni${version}, received ${JSON.stringify(fields.magic)}: Analyze 7.5 and its kind say nothing of left and right; convert it to NIfTI with the orientation that it has`,
    );
  const lowest = isPair ? 0 : (version === 1 ? 348 : 540) + EXTENSION_FLAG_BYTES;
  if (!Number.isSafeInteger(fields.voxelOffset) || fields.voxelOffset < lowest)
    throw new InputError(
      file,
      `vox_offset: expected a whole number from ${lowest}, received ${fields.voxelOffset}`,
    );
  return {
    bigEndian: !littleEndian,
    isPair,
    size: sizeOf(fields, file),
    voxelType: voxelTypeOf(fields.datatype, file),
    voxelOffset: fields.voxelOffset,
    scaling: scalingOf(fields, file),
    pixdim: [fields.pixdim(1), fields.pixdim(2), fields.pixdim(3)],
    sform: fields.sformCode > 0 ? sformOf(fields, file) : undefined,
    qform: fields.qformCode > 0 ? qformOf(fields, file) : undefined,
    unit: UNITS[fields.units & 7] ?? MILLIMETRE,
  };
}

/** The first number is the header's own length. */
function formOf(start: Buffer, file: string): { version: 1 | 2; littleEndian: boolean } {
  for (const littleEndian of [true, false]) {
    const length = start.length < 4 ? 0 : littleEndian ? start.readInt32LE(0) : start.readInt32BE(0);
    if (length !== 348 && length !== 540) continue;
    if (start.length < length)
      throw new InputError(
        file,
        `the header is cut short: expected ${length} bytes, found ${start.length}; copy the file again`,
      );
    return { version: SIZES[length], littleEndian };
  }
  throw new InputError(file, 'expected a NIfTI file, whose header says 348 or 540 bytes of itself');
}

function fields1(view: DataView, little: boolean): Fields {
  const short = (at: number): number => view.getInt16(at, little);
  const float = (at: number): number => view.getFloat32(at, little);
  return {
    dim: (i) => short(40 + 2 * i),
    pixdim: (i) => float(76 + 4 * i),
    datatype: short(70),
    voxelOffset: float(108),
    slope: float(112),
    intercept: float(116),
    units: view.getUint8(123),
    qformCode: short(252),
    sformCode: short(254),
    quaternion: numbers(6, (i) => float(256 + 4 * i)),
    srow: numbers(12, (i) => float(280 + 4 * i)),
    magic: textAt(view, 344),
  };
}

function fields2(view: DataView, little: boolean): Fields {
  const whole = (at: number): number => Number(view.getBigInt64(at, little));
  const float = (at: number): number => view.getFloat64(at, little);
  return {
    dim: (i) => whole(16 + 8 * i),
    pixdim: (i) => float(104 + 8 * i),
    datatype: view.getInt16(12, little),
    voxelOffset: whole(168),
    slope: float(176),
    intercept: float(184),
    units: view.getInt32(500, little),
    qformCode: view.getInt32(344, little),
    sformCode: view.getInt32(348, little),
    quaternion: numbers(6, (i) => float(352 + 8 * i)),
    srow: numbers(12, (i) => float(400 + 8 * i)),
    magic: textAt(view, 4),
  };
}

function numbers(count: number, at: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => at(i));
}

function textAt(view: DataView, at: number): string {
  return String.fromCharCode(...numbers(3, (i) => view.getUint8(at + i))).replace(/[^ -~]/g, '');
}

function sizeOf({ dim }: Fields, file: string): Vector3 {
  const dimensions = dim(0);
  const all = dimensions >= 1 && dimensions <= 7 ? numbers(dimensions, (i) => dim(i + 1)) : [];
  const [x = 0, y = 0, z = 0, ...further] = all;
  const isVolume = all.length >= 3 && all.every((n) => n >= 1) && further.every((n) => n === 1);
  if (isVolume) return [x, y, z];
  const many = further.reduce((product, n) => product * n, 1);
  const remedy = many > 1 ? ` (${many} volumes in one file); save each as a file of its own` : '';
  throw new InputError(
    file,
    `dim: expected the sizes of 3 dimensions, received ${dimensions}${all.length === 0 ? '' : ` dimensions of ${all.join(' x ')}`}${remedy}`,
  );
}

function voxelTypeOf(datatype: number, file: string): VoxelType {
  const type = VOXEL_TYPES[datatype];
  if (type !== undefined) return type;
  throw new InputError(
    file,
    `datatype: expected one number a voxel (${Object.keys(VOXEL_TYPES).join(', ')}), received ${datatype}${OTHER_TYPES[datatype] === undefined ? '' : `, ${OTHER_TYPES[datatype]}`}`,
  );
}

/** The standard: a slope of 0 is none. Writers leave NaN for none, too. */
function scalingOf({ slope, intercept }: Fields, file: string): NiftiHeader['scaling'] {
  if (slope === 0 || !Number.isFinite(slope)) return undefined;
  if (!Number.isFinite(intercept))
    throw new InputError(file, `scl_inter: expected a number, received ${intercept} with scl_slope ${slope}`);
  return slope === 1 && intercept === 0 ? undefined : { slope, intercept };
}

function sformOf({ srow }: Fields, file: string): Affine | InputError {
  if (!srow.every(Number.isFinite))
    return new InputError(file, `srow_x, srow_y, srow_z: expected numbers, received ${srow.join(' ')}`);
  return [0, 4, 8].map((at) => srow.slice(at, at + 4)) as unknown as Affine;
}

/** Below 0 by more than single precision leaves, 1 - b² - c² - d² has no root. */
const UNIT_TOLERANCE = 1e-5;

function qformOf({ quaternion, pixdim }: Fields, file: string): Affine | InputError {
  const [b, c, d, x, y, z] = quaternion as [number, number, number, number, number, number];
  const squared = 1 - (b * b + c * c + d * d);
  if (!quaternion.every(Number.isFinite) || squared < -UNIT_TOLERANCE)
    return new InputError(
      file,
      `quatern_b, quatern_c, quatern_d: expected a rotation and numbers, received ${quaternion.join(' ')}`,
    );
  // On the unit sphere by rounding alone: a turn by half a circle.
  const a = squared < 1e-7 ? 0 : Math.sqrt(squared);
  const scale = squared < 1e-7 ? 1 / Math.hypot(b, c, d) : 1;
  const [i, j, k] = [b * scale, c * scale, d * scale];
  const rotation = [
    [a * a + i * i - j * j - k * k, 2 * (i * j - a * k), 2 * (i * k + a * j)],
    [2 * (i * j + a * k), a * a + j * j - i * i - k * k, 2 * (j * k - a * i)],
    [2 * (i * k - a * j), 2 * (j * k + a * i), a * a + k * k - i * i - j * j],
  ] as const;
  // The sign that turns a left-handed grid; 0 is written for 1.
  const [stepX, stepY, stepZ] = [1, 2, 3].map((axis) => Math.abs(pixdim(axis))) as [number, number, number];
  const steps = [stepX, stepY, pixdim(0) < 0 ? -stepZ : stepZ] as const;
  if (!steps.every((step) => Number.isFinite(step) && step !== 0))
    return new InputError(
      file,
      `pixdim: expected voxel sizes above 0, received ${numbers(3, (axis) => pixdim(axis + 1)).join(' ')}`,
    );
  return rotation.map((row, axis) => [
    ...row.map((value, column) => value * steps[column]!),
    [x, y, z][axis]!,
  ]) as unknown as Affine;
}
