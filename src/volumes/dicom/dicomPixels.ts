import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import type { Rescaling } from '../voxels/rescaled.js';
import { type DicomStart, EXPLICIT_BIG, NATIVE_SYNTAXES, REMEDY, RUN_LENGTHS } from './dicomDataSet.js';
import { type DicomElement, UNKNOWN_LENGTH } from './dicomElements.js';
import type { DicomFields } from './dicomFields.js';

/** How the voxels of a file lie in it. */
export interface DicomPixels {
  readonly encoding: 'little endian' | 'big endian' | 'run lengths' | 'compressed';
  readonly syntax: string;
  /** The whole data set is deflated: `offset` counts in the unpacked one. */
  readonly deflated: boolean;
  readonly columns: number;
  readonly rows: number;
  /** How many images the file holds, one behind the other. */
  readonly frames: number;
  /** First byte behind the element's own header. */
  readonly offset: number;
  /** Bytes of one voxel: 1 or 2. */
  readonly bytes: 1 | 2;
  /** Bits that count, the lowest of the voxel's. */
  readonly bitsStored: number;
  readonly signed: boolean;
  /** Two 8-bit voxels are one 16-bit word: their order depends on the byte order. */
  readonly words: boolean;
  /** Of a CT: stored values from `low` to `high` stand for what was not scanned, which is air. */
  readonly padding?: { readonly low: number; readonly high: number };
  /** Where each frame's part begins, counted from the first part. */
  readonly frameOffsets?: readonly number[];
}

/** What the tags say that tell how voxels are stored. */
export const PIXEL_TAGS = {
  sopClass: 0x00080016,
  modality: 0x00080060,
  samples: 0x00280002,
  photometric: 0x00280004,
  frames: 0x00280008,
  rows: 0x00280010,
  columns: 0x00280011,
  allocated: 0x00280100,
  stored: 0x00280101,
  highBit: 0x00280102,
  representation: 0x00280103,
  padding: 0x00280120,
  paddingLimit: 0x00280121,
  intercept: 0x00281052,
  slope: 0x00281053,
  lookupTable: 0x00283000,
  frameOffsets: 0x7fe00001,
} as const;

/** CT Image, Enhanced CT Image, Legacy Converted Enhanced CT Image. */
const CT_CLASSES = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.2(\.1|\.2)?$/;

/** Throws InputError, naming field and values, for voxels that are not grey values of 8 or 16 bits, and for too few of them. */
export function dicomPixels(fields: DicomFields, start: DicomStart, voxels: DicomElement): DicomPixels {
  const { file } = fields;
  refuseColours(fields);
  const [frames] = fields.numbers(PIXEL_TAGS.frames, 'NumberOfFrames (0028,0008)', 1, [1]);
  if (!(Number.isInteger(frames) && frames! > 0))
    throw new InputError(
      file,
      `NumberOfFrames (0028,0008): expected a whole number above 0, received ${frames}; ${REMEDY}`,
    );
  const { syntax, deflated } = start;
  const type = storedTypeOf(fields);
  const padding = paddingOf(fields, type.signed);
  const frameOffsets = fields.longs(PIXEL_TAGS.frameOffsets);
  const pixels: DicomPixels = {
    encoding: encodingOf(syntax),
    syntax,
    deflated,
    columns: fields.size(PIXEL_TAGS.columns, 'Columns (0028,0011)'),
    rows: fields.size(PIXEL_TAGS.rows, 'Rows (0028,0010)'),
    frames: frames!,
    offset: voxels.offset,
    ...type,
    words: voxels.vr !== 'OB',
    ...given({ padding }),
    ...(frameOffsets === undefined || frameOffsets.length === 0 ? {} : { frameOffsets }),
  };
  requireLength(pixels, voxels.length, file);
  return pixels;
}

/** Value = slope * stored + intercept. Throws InputError naming the fields. */
export function dicomRescaling(fields: DicomFields): Rescaling & { readonly hasIntercept: boolean } {
  const { file } = fields;
  const slope = fields.numbers(PIXEL_TAGS.slope, 'RescaleSlope (0028,1053)', 1, [1])[0]!;
  const intercept = fields.numbers(PIXEL_TAGS.intercept, 'RescaleIntercept (0028,1052)', 1, [0])[0]!;
  if (slope === 0 || Math.abs(slope) * 65536 + Math.abs(intercept) >= 2 ** 31)
    throw new InputError(
      file,
      `RescaleSlope (0028,1053), RescaleIntercept: expected a slope other than 0 and values that fit 32 bits, received ${slope}, ${intercept}; ${REMEDY}`,
    );
  if (fields.element(PIXEL_TAGS.lookupTable) !== undefined && fields.element(PIXEL_TAGS.slope) === undefined)
    throw new InputError(
      file,
      'expected values by RescaleSlope (0028,1053) and RescaleIntercept, received a table (0028,3000); convert the series to NRRD',
    );
  return { slope, intercept, hasIntercept: fields.text(PIXEL_TAGS.intercept) !== undefined };
}

/** Whether the voxels lie in the file as they are. */
export function isNative({ encoding }: DicomPixels): boolean {
  return encoding === 'little endian' || encoding === 'big endian';
}

/** Bytes of one frame's voxels, uncompressed. */
export function frameBytes({ columns, rows, bytes }: DicomPixels): number {
  return columns * rows * bytes;
}

function encodingOf(syntax: string): DicomPixels['encoding'] {
  if (syntax === RUN_LENGTHS) return 'run lengths';
  if (!NATIVE_SYNTAXES.has(syntax)) return 'compressed';
  return syntax === EXPLICIT_BIG ? 'big endian' : 'little endian';
}

function refuseColours(fields: DicomFields): void {
  const samples = fields.word(PIXEL_TAGS.samples) ?? 1;
  if (samples === 1 && /^MONOCHROME[12]$/.test(fields.text(PIXEL_TAGS.photometric) ?? 'MONOCHROME2')) return;
  throw new InputError(
    fields.file,
    `expected grey voxels of 1 channel (MONOCHROME2), received ${samples} ${samples === 1 ? 'channel of colours' : 'channels'}; ${REMEDY}`,
  );
}

function storedTypeOf(fields: DicomFields): Pick<DicomPixels, 'bytes' | 'bitsStored' | 'signed'> {
  const allocated = fields.word(PIXEL_TAGS.allocated) ?? 0;
  const bitsStored = fields.word(PIXEL_TAGS.stored) ?? allocated;
  const highBit = fields.word(PIXEL_TAGS.highBit) ?? bitsStored - 1;
  const representation = fields.word(PIXEL_TAGS.representation) ?? 0;
  if (
    (allocated !== 8 && allocated !== 16) ||
    bitsStored < 1 ||
    bitsStored > allocated ||
    highBit !== bitsStored - 1 ||
    representation > 1
  )
    throw new InputError(
      fields.file,
      `expected voxels of 8 or 16 bits, the lowest of them in use, received BitsAllocated ${allocated}, BitsStored ${bitsStored}, HighBit ${highBit}, PixelRepresentation ${representation}; convert the series, for example to NRRD`,
    );
  return { bytes: allocated === 8 ? 1 : 2, bitsStored, signed: representation === 1 };
}

/** The value has the sign of the voxels, whatever its own representation says; one that no voxel can have pads nothing. */
function paddingOf(fields: DicomFields, signed: boolean): DicomPixels['padding'] {
  const isCt =
    fields.text(PIXEL_TAGS.modality) === 'CT' || CT_CLASSES.test(fields.text(PIXEL_TAGS.sopClass) ?? '');
  const [value, limit] = [fields.word(PIXEL_TAGS.padding), fields.word(PIXEL_TAGS.paddingLimit)].map(
    (word) => (word !== undefined && signed ? (word << 16) >> 16 : word),
  );
  if (!isCt || value === undefined) return undefined;
  const other = limit ?? value;
  return { low: Math.min(value, other), high: Math.max(value, other) };
}

/** What follows the voxels is padding as long as it is no frame of its own; a part may have been filled up to an even length. */
function requireLength(pixels: DicomPixels, length: number, file: string): void {
  const native = isNative(pixels);
  const { columns, rows, frames, bytes } = pixels;
  const expected = frames * frameBytes(pixels);
  const isRight = native
    ? length !== UNKNOWN_LENGTH && length >= expected && length < expected + Math.max(2, frameBytes(pixels))
    : length === UNKNOWN_LENGTH;
  if (isRight) return;
  const shape = `${columns} x ${rows}${frames === 1 ? '' : ` x ${frames}`} voxels of ${8 * bytes} bits`;
  throw new InputError(
    file,
    `PixelData (7FE0,0010): expected ${native ? `${expected} bytes (${shape})` : 'compressed voxels in parts, of unknown length'}, received ${length === UNKNOWN_LENGTH ? 'an unknown length' : length}; ${REMEDY}`,
  );
}
