import { endianness } from 'node:os';
import { InputError } from '../errors.js';
import type { DicomSlice } from './dicomHeader.js';
import type { VoxelArray } from './volume.js';

/** Rescaled values of one slice, row by row. */
export type SliceVoxels = VoxelArray;

const ITEM = 0xe000;
const SEQUENCE_END = 0xe0dd;
const UNKNOWN_LENGTH = 0xffffffff;

/**
 * Decodes uncompressed voxels: byte order, unused bits, sign, then slope and intercept (in float64). `bytes` may be changed.
 * Throws InputError for too few bytes.
 */
export function decodeNativeVoxels(bytes: Buffer, slice: DicomSlice): SliceVoxels {
  const { file, columns, rows, slope, intercept, pixels } = slice;
  const count = columns * rows;
  if (bytes.length < count * pixels.bytes)
    throw new InputError(
      file,
      `the file is cut short: expected ${count * pixels.bytes} bytes of voxels, found ${bytes.length}; copy it again`,
    );
  // 8-bit voxels in big-endian words swap places, too.
  const wide = pixels.bytes === 2 || (pixels.words && pixels.encoding === 'big endian');
  if (wide && (pixels.encoding === 'big endian') !== (endianness() === 'BE') && bytes.length % 2 === 0)
    bytes.swap16();
  const stored =
    pixels.bytes === 2
      ? new Uint16Array(bytes.buffer, bytes.byteOffset, count)
      : new Uint8Array(bytes.buffer, bytes.byteOffset, count);
  // Bits above those stored belong to overlays of old: shifted out, the sign shifted in.
  const unused = 32 - pixels.bitsStored;
  const whole = Number.isInteger(slope) && Number.isInteger(intercept);
  const values = whole ? new Int32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const shifted = stored[i]! << unused;
    values[i] = slope * (pixels.signed ? shifted >> unused : shifted >>> unused) + intercept;
  }
  return values;
}

/**
 * Checks that the parts of compressed voxels follow each other up to their end mark: a decoder may take what is cut short
 * for whole. `bytes` is the file. Throws InputError.
 */
export function requireWholeFragments(bytes: Buffer, { file, pixels }: DicomSlice): void {
  let at = pixels.offset;
  let parts = 0;
  while (at + 8 <= bytes.length) {
    const [group, element, length] = [
      bytes.readUInt16LE(at),
      bytes.readUInt16LE(at + 2),
      bytes.readUInt32LE(at + 4),
    ];
    if (group !== 0xfffe || (element !== ITEM && element !== SEQUENCE_END)) break;
    // The first part is the table of offsets.
    if (element === SEQUENCE_END) {
      if (parts < 2) break;
      return;
    }
    if (length === UNKNOWN_LENGTH) break;
    at += 8 + length;
    parts++;
  }
  throw new InputError(
    file,
    `the compressed voxels are corrupt or cut short: expected parts up to an end mark, found ${parts} parts in ${bytes.length - pixels.offset} bytes; copy the file again`,
  );
}
