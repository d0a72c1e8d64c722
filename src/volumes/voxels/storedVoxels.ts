import { InputError } from '../../errors.js';
import { type FileBytes, mostUnpacked, withBytes } from './fileBytes.js';
import { withFile } from './inputFile.js';
import { newScanMemory } from './scanMemory.js';
import type { Vector3, VoxelArray } from './volume.js';
import { VOXEL_BYTES, type VoxelType, voxelsOf } from './voxelType.js';

/** Binary voxels in a file, as a header promises them. */
export interface StoredVoxels {
  /** The file that holds them. */
  readonly path: string;
  /** Byte of the file where they begin, or the stream that they are packed in; `last` = they are its last bytes. */
  readonly from: number | 'last';
  /** One stream of gzip or zlib. */
  readonly packed: boolean;
  /** Bytes of the unpacked stream before them. */
  readonly skip?: number;
  readonly size: Vector3;
  readonly type: VoxelType;
  readonly bigEndian: boolean;
  /** Who says how many there are, for messages: `DimSize and ElementType of scan.mhd`. */
  readonly promisedBy: string;
  /** Their type in that header's words. */
  readonly typeName: string;
  /** How many bytes too many are taken for padding. */
  readonly paddingBytes: number;
}

/** Where voxels are read to, and who else sees the bytes of their file. */
export interface ReadOptions {
  /** Memory of at least so many bytes for the voxels of a file, whose view they are then. Default: new memory, where there is enough. */
  readonly memory?: (bytes: number, path: string) => ArrayBuffer;
  /** Receives all bytes of the file that holds the voxels, in order, while they are read. */
  readonly onBytes?: ((bytes: Uint8Array) => void) | undefined;
}

/** Reads voxels that lie in one file. Throws InputError for too few, too many, and a corrupt stream. */
export async function readStoredVoxels(
  stored: StoredVoxels,
  { memory = newScanMemory, onBytes }: ReadOptions = {},
): Promise<VoxelArray> {
  const { path, packed, type, bigEndian } = stored;
  const expected = voxelBytes(stored);
  const size = await sizeOfFile(stored);
  const from = stored.from === 'last' ? size - expected : stored.from;
  if (from < 0) throw tooFew(stored, expected, size);
  const there = size - from;
  // What promises more than its file can hold is refused before memory is taken.
  if (!packed && there < expected) throw tooFew(stored, expected, Math.max(0, there));
  if (packed && expected > mostUnpacked(there)) throw tooFew(stored, expected, undefined);
  return withBytes(path, { from, packed, onBytes }, async (bytes) => {
    const skip = stored.skip ?? 0;
    // A buffer of its own, unlike Buffer.alloc's pool: typed arrays need an aligned start.
    const voxels = Buffer.from(memory(expected, path), 0, expected);
    const found = (await bytes.skip(skip)) < skip ? 0 : await bytes.fill(voxels);
    if (found < expected) throw tooFew(stored, expected, found);
    await requireEnd(bytes, stored, expected);
    return voxelsOf(voxels, type, bigEndian);
  });
}

/** Bytes of all voxels, unpacked. */
export function voxelBytes({ size, type }: Pick<StoredVoxels, 'size' | 'type'>): number {
  return size[0] * size[1] * size[2] * VOXEL_BYTES[type];
}

async function sizeOfFile({ path, promisedBy }: StoredVoxels): Promise<number> {
  return withFile(path, async (handle) => {
    const stat = await handle.stat();
    if (!stat.isFile())
      throw new InputError(path, `expected the file with the voxels (${promisedBy}), found a folder`);
    return stat.size;
  });
}

async function requireEnd(bytes: FileBytes, stored: StoredVoxels, expected: number): Promise<void> {
  const { path, packed, paddingBytes, promisedBy } = stored;
  const more = await bytes.rest(packed ? paddingBytes + 1 : Number.POSITIVE_INFINITY);
  if (more > paddingBytes)
    throw new InputError(
      path,
      `expected ${expected} bytes of voxels${packed ? ' when unpacked' : ''} as ${promisedBy} say (${formOf(stored)}), found ${packed ? 'more' : expected + more}`,
    );
}

function tooFew(stored: StoredVoxels, expected: number, found: number | undefined): InputError {
  const unpacked = stored.packed ? ' when unpacked' : '';
  return new InputError(
    stored.path,
    `the voxels are cut short: expected ${expected} bytes${unpacked} (${formOf(stored)}), found ${found ?? 'a file that cannot hold them'}`,
  );
}

function formOf({ size, typeName }: StoredVoxels): string {
  return `${size.join(' x ')} ${typeName}`;
}
