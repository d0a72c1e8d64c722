import { InputError } from '../../errors.js';
import { AIR_HU } from '../voxels/storedHu.js';
import type { VoxelArray } from '../voxels/volume.js';
import type { DicomSlice } from './dicomHeader.js';
import { type DicomPixels, frameBytes } from './dicomPixels.js';

/** Rescaled values of one slice, row by row. */
export type SliceVoxels = Int16Array | Int32Array | Float64Array;

/**
 * Uncompressed voxels as the numbers that their bytes are, whatever bits of them count, from byte `first` on, which is odd
 * for some frames of 8 bits. `bytes` begins at a word of the file, and may be changed. Throws InputError for too few bytes.
 */
export function nativeWords(
  bytes: Buffer,
  first: number,
  pixels: DicomPixels,
  file: string,
): Uint8Array | Uint16Array {
  const expected = frameBytes(pixels);
  if (bytes.length < first + expected)
    throw new InputError(
      file,
      `the file is cut short: expected ${expected} bytes of voxels, found ${Math.max(0, bytes.length - first)}; copy it again`,
    );
  // 8-bit voxels in big-endian words swap places, too.
  const isWide = pixels.bytes === 2 || pixels.words;
  if (isWide && pixels.encoding === 'big endian' && bytes.length % 2 === 0) bytes.swap16();
  const count = expected / pixels.bytes;
  return pixels.bytes === 2
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, count)
    : new Uint8Array(bytes.buffer, bytes.byteOffset + first, count);
}

/**
 * The values of a slice, `bits` of each word, from what its file or a decoder gives: the bits that count, their sign, then slope and intercept
 * (in float64). Voxels that stand for what was not scanned become air.
 */
export function sliceValues(
  words: VoxelArray,
  slice: DicomSlice,
  bits: number = slice.pixels.bitsStored,
): SliceVoxels {
  const { pixels } = slice;
  const { signed, padding } = pixels;
  const values = rescaledWords(words, slice, bits);
  if (padding === undefined) return values;
  const unused = 32 - bits;
  const { low, high } = padding;
  for (let i = 0; i < words.length; i++) {
    const shifted = words[i]! << unused;
    const stored = signed ? shifted >> unused : shifted >>> unused;
    if (stored >= low && stored <= high) values[i] = AIR_HU;
  }
  return values;
}

/** Bits above those stored belong to overlays of old: shifted out, the sign shifted in. */
function rescaledWords(
  words: VoxelArray,
  { slope, intercept, pixels }: DicomSlice,
  bits: number,
): SliceVoxels {
  const unused = 32 - bits;
  const { signed } = pixels;
  if (!Number.isInteger(slope) || !Number.isInteger(intercept)) {
    const values = new Float64Array(words.length);
    for (let i = 0; i < words.length; i++) {
      const shifted = words[i]! << unused;
      values[i] = slope * (signed ? shifted >> unused : shifted >>> unused) + intercept;
    }
    return values;
  }
  return wholeValues(words, { slope, intercept, signed, unused });
}

interface WholeRescaling {
  readonly slope: number;
  readonly intercept: number;
  readonly signed: boolean;
  readonly unused: number;
}

/** Whole numbers, which fit 32 bits, stay such; nearly always they fit 16, which is found out on the way. */
function wholeValues(words: VoxelArray, rescaling: WholeRescaling): Int16Array | Int32Array {
  const short = new Int16Array(words.length);
  // One type of array nearly always: a loop that has seen several is compiled for the slowest of them.
  const seen =
    words instanceof Int16Array ? new Uint16Array(words.buffer, words.byteOffset, words.length) : words;
  return intoInt16(seen, short, rescaling) ? short : int32Values(seen, rescaling);
}

/** False where a value does not fit. */
function intoInt16(
  words: VoxelArray,
  values: Int16Array,
  { slope, intercept, signed, unused }: WholeRescaling,
): boolean {
  let beyond = 0;
  if (signed)
    for (let i = 0; i < values.length; i++) {
      const value = (Math.imul(slope, (words[i]! << unused) >> unused) + intercept) | 0;
      values[i] = value;
      beyond |= value ^ ((value << 16) >> 16);
    }
  else
    for (let i = 0; i < values.length; i++) {
      const value = (Math.imul(slope, (words[i]! << unused) >>> unused) + intercept) | 0;
      values[i] = value;
      beyond |= value ^ ((value << 16) >> 16);
    }
  return beyond === 0;
}

function int32Values(words: VoxelArray, { slope, intercept, signed, unused }: WholeRescaling): Int32Array {
  const values = new Int32Array(words.length);
  for (let i = 0; i < values.length; i++) {
    const shifted = words[i]! << unused;
    values[i] = (Math.imul(slope, signed ? shifted >> unused : shifted >>> unused) + intercept) | 0;
  }
  return values;
}
