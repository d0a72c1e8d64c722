import { endianness } from 'node:os';
import type { VoxelArray } from './volume.js';

/** Bytes of one voxel, by how files keep it. */
export const VOXEL_BYTES = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
} as const;

export type VoxelType = keyof typeof VOXEL_BYTES;

/**
 * The bytes of a file as voxels, a view of them wherever that is possible; bytes of the other order are turned in place.
 * 64-bit integers become float64, exact up to 2^53.
 */
export function voxelsOf(bytes: Buffer, type: VoxelType, bigEndian: boolean): VoxelArray {
  const width = VOXEL_BYTES[type];
  if (bigEndian !== (endianness() === 'BE')) swapBytes(bytes, width);
  // A view needs a start that is a multiple of the voxel's width.
  const { buffer, byteOffset } =
    bytes.byteOffset % width === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
  const count = bytes.length / width;
  switch (type) {
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, count);
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'int64':
      return asFloat64(new BigInt64Array(buffer, byteOffset, count));
    case 'uint64':
      return asFloat64(new BigUint64Array(buffer, byteOffset, count));
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
  }
}

/** In place: both take eight bytes. */
function asFloat64(values: BigInt64Array | BigUint64Array): Float64Array {
  const floats = new Float64Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < floats.length; i++) floats[i] = Number(values[i]);
  return floats;
}

/** Turns the bytes of each value of 1, 2, 4 or 8 bytes round, in place. */
export function swapBytes(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}
