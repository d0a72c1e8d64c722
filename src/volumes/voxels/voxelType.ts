import type { Volume, VoxelArray } from './volume.js';

/** The arrays that hold voxels, by how files keep these. */
const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export type VoxelType = keyof typeof ARRAYS;

/** Bytes of one voxel. */
export const VOXEL_BYTES = Object.fromEntries(
  Object.entries(ARRAYS).map(([type, { BYTES_PER_ELEMENT: bytes }]) => [type, bytes]),
) as Readonly<Record<VoxelType, number>>;

interface View {
  new (
    buffer: ArrayBufferLike,
    byteOffset: number,
    length: number,
  ): VoxelArray | BigInt64Array | BigUint64Array;
}

/**
 * The bytes of a file as voxels, a view of them wherever that is possible; bytes of the other order are turned in place.
 * 64-bit integers become float64, exact up to 2^53.
 */
export function voxelsOf(bytes: Buffer, type: VoxelType, bigEndian: boolean): VoxelArray {
  const width = VOXEL_BYTES[type];
  if (bigEndian) swapBytes(bytes, width);
  // A view needs a start that is a multiple of the voxel's width.
  const { buffer, byteOffset } =
    bytes.byteOffset % width === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
  const Kind: View = ARRAYS[type];
  const voxels = new Kind(buffer, byteOffset, bytes.length / width);
  return voxels instanceof BigInt64Array || voxels instanceof BigUint64Array ? asFloat64(voxels) : voxels;
}

/** In place: both take eight bytes. By halves: big integers are slow. */
function asFloat64(values: BigInt64Array | BigUint64Array): Float64Array {
  const { buffer, byteOffset, length } = values;
  const halves = new Uint32Array(buffer, byteOffset, 2 * length);
  const highs = values instanceof BigInt64Array ? new Int32Array(buffer, byteOffset, 2 * length) : halves;
  const floats = new Float64Array(buffer, byteOffset, length);
  for (let i = 0; i < length; i++) floats[i] = 2 ** 32 * highs[2 * i + 1]! + halves[2 * i]!;
  return floats;
}

/** Turns the bytes of each value of 1, 2, 4 or 8 bytes round, in place. */
export function swapBytes(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}

/** A volume's voxels as a file keeps them, little-endian. Throws RangeError for more or fewer than its size says. */
export function voxelsForFile({ data, size }: Volume): {
  readonly type: VoxelType;
  readonly bytes: Uint8Array;
} {
  const voxels = size[0] * size[1] * size[2];
  if (data.length !== voxels)
    throw new RangeError(
      `Expected ${voxels} voxels for a scan of ${size.join(' x ')}, received ${data.length}`,
    );
  return {
    // `Int16Array` is the name of an array of int16, also of one that another realm made.
    type: data[Symbol.toStringTag].replace('Array', '').toLowerCase() as VoxelType,
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}
