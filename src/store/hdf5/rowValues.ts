import { InputError } from '../../errors.js';
import { createRowKernels, paddedLength } from '../../volumes/voxels/rowKernels.js';
import { storedHu } from '../../volumes/voxels/storedHu.js';
import { swapBytes, type VoxelType, voxelsOf } from '../../volumes/voxels/voxelType.js';
import type { ElementType, ValueScale } from './rowIndex.js';

/**
 * Copies the little-endian values in `bytes` (at an even multiple of their size in its buffer) to `into` from index `at`; returns
 * the first value that is not finite, or ALL_FINITE.
 */
export type DecodeRow = (bytes: Uint8Array, into: Int16Array, at: number) => number;

const ALL_FINITE = -1;
/** What the kernel stores for a value that is not finite. */
const LOWEST_HU = -32768;

type Numbers = Int8Array | Uint8Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** Whether a row of these is, byte for byte, a row of Hounsfield units. */
export function isHu({ kind, bytes, bigEndian }: ElementType): boolean {
  return kind === 'int' && bytes === 2 && !bigEndian;
}

/** Throws InputError, where a decoder has found a value that is not finite. */
export function requireFinite(path: string, row: number, found: number): void {
  if (found === ALL_FINITE) return;
  throw new InputError(
    path,
    `row ${row}: voxel ${found} is NaN or infinite: expected finite numbers; leave the row out of the file, or crop it again`,
  );
}

/** Values to Hounsfield units: integers clamped to int16, floats rounded half to even and clamped; with a scale, scaled before. */
export function decoderOf({ kind, bytes: size }: ElementType, scale?: ValueScale): DecodeRow {
  if (scale !== undefined) return scaled({ kind, bytes: size, bigEndian: false }, scale);
  switch (`${kind}${8 * size}`) {
    case 'int8':
      return plain(Int8Array);
    case 'uint8':
      return plain(Uint8Array);
    case 'int16':
      return plain(Int16Array);
    case 'uint16':
      return mapped(Uint16Array, (value) => Math.min(value, 32767));
    case 'int32':
      return mapped(Int32Array, clamped);
    case 'uint32':
      return mapped(Uint32Array, clamped);
    case 'int64':
    case 'uint64':
      return decode64(kind === 'int');
    case 'float16':
      return checked(Uint16Array, float16);
    case 'float32':
      return floats();
    default:
      return checked(Float64Array, (value) => value);
  }
}

/** Swaps the bytes of values in place, so that they are little-endian. */
export function toLittleEndian(bytes: Uint8Array, { bytes: size, bigEndian }: ElementType): void {
  if (bigEndian) swapBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), size);
}

/** Little-endian values as numbers, not rounded: integers beyond 2^53 lose their last digits. */
export function numbersIn({ kind, bytes: size }: ElementType, bytes: Uint8Array): Float64Array {
  // A copy begins where every type of value may.
  const copy = Buffer.from(Uint8Array.from(bytes).buffer);
  const type = `${kind}${8 * size}`;
  return type === 'float16'
    ? Float64Array.from(voxelsOf(copy, 'uint16', false), float16)
    : Float64Array.from(voxelsOf(copy, type as VoxelType, false));
}

interface View<T> {
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

function viewOf<T>(View: View<T>, bytes: Uint8Array): T {
  return new View(bytes.buffer, bytes.byteOffset, bytes.length / View.BYTES_PER_ELEMENT);
}

function plain(type: View<Int8Array | Uint8Array | Int16Array>): DecodeRow {
  return (bytes, into, at) => {
    into.set(viewOf(type, bytes), at);
    return ALL_FINITE;
  };
}

function mapped(type: View<Numbers>, valueHu: (stored: number) => number): DecodeRow {
  return (bytes, into, at) => {
    const values = viewOf(type, bytes);
    for (let i = 0; i < values.length; i++) into[at + i] = valueHu(values[i]!);
    return ALL_FINITE;
  };
}

function checked(type: View<Numbers>, numberOf: (stored: number) => number): DecodeRow {
  return (bytes, into, at) => intoHu(Float64Array.from(viewOf(type, bytes), numberOf), into, at);
}

function scaled(element: ElementType, { slope, intercept }: ValueScale): DecodeRow {
  return (bytes, into, at) =>
    intoHu(
      numbersIn(element, bytes).map((value) => slope * value + intercept),
      into,
      at,
    );
}

function intoHu(values: Float64Array, into: Int16Array, at: number): number {
  let found = ALL_FINITE;
  for (let i = 0; i < values.length; i++) {
    if (found === ALL_FINITE && !Number.isFinite(values[i]!)) found = i;
    into[at + i] = storedHu(values[i]!);
  }
  return found;
}

/** Through the kernels' memory, there and back: a third of the time that a loop here takes. The files of 2018 are float32. */
function floats(): DecodeRow {
  const most = 1 << 15;
  const kernels = createRowKernels(most);
  const hu = kernels.hu.subarray(2 * most);
  return (bytes, into, at) => {
    const values = viewOf(Float32Array, bytes);
    for (let from = 0; from < values.length; from += most) {
      const part = values.subarray(from, from + most);
      kernels.floats.set(part);
      kernels.floatsToHu(hu.byteOffset, paddedLength(part.length), 0);
      const ofPart = hu.subarray(0, part.length);
      into.set(ofPart, at + from);
      for (let i = ofPart.indexOf(LOWEST_HU); i >= 0; i = ofPart.indexOf(LOWEST_HU, i + 1))
        if (!Number.isFinite(part[i]!)) return from + i;
    }
    return ALL_FINITE;
  };
}

function clamped(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}

/** By halves: big integers are slow. */
function decode64(isSigned: boolean): DecodeRow {
  return (bytes, into, at) => {
    const halves = viewOf(Int32Array, bytes);
    for (let i = 0; 2 * i < halves.length; i++) {
      const [low, high] = [halves[2 * i]!, halves[2 * i + 1]!];
      const fits = high === low >> 31 && (isSigned || high === 0);
      into[at + i] = fits ? clamped(low) : isSigned && high < 0 ? -32768 : 32767;
    }
    return ALL_FINITE;
  };
}

/** Half precision: 1 bit of sign, 5 of exponent, 10 of mantissa. */
function float16(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const [exponent, mantissa] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}
