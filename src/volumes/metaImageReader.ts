import { endianness } from 'node:os';
import { basename } from 'node:path';
import { decimalNumber } from '../decimal.js';
import { InputError } from '../errors.js';
import { withFile } from './fileBytes.js';
import { hasManyFiles, isLocal, type MetaImagePart, metaImageParts } from './metaImageFiles.js';
import { type MetaImageHeader, parseMetaImageHeader } from './metaImageHeader.js';
import { requirePlausibleSpacing } from './plausibleSpacing.js';
import { type ReadOptions, readStoredVoxels, voxelBytes } from './storedVoxels.js';
import type { Vector3, Volume, VoxelArray } from './volume.js';
import { VOXEL_BYTES, type VoxelType, voxelsOf } from './voxelType.js';

/** Longest header that is looked at; LUNA16's have 0.5 KiB. */
const HEADER_LIMIT_BYTES = 64 * 1024;

/** Reads the header of a .mhd or .mha file. Throws InputError. */
export async function readMetaImageHeader(path: string): Promise<MetaImageHeader> {
  return withFile(path, async (handle) => {
    const start = Buffer.alloc(HEADER_LIMIT_BYTES);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    const header = parseMetaImageHeader(start.subarray(0, bytesRead), path);
    requirePlausibleSpacing(header.geometry.spacingMm, path, 'ElementSpacing');
    return header;
  });
}

/** The header's file and those with the voxels, in their order. Throws InputError. */
export async function metaImageFiles(path: string): Promise<readonly string[]> {
  const parts = await metaImageParts(path, await readMetaImageHeader(path));
  return [path, ...parts.map(({ file }) => file).filter((file) => file !== path)];
}

/**
 * Reads a MetaImage: voxels raw, zlib-compressed or as text, of any element type and byte order, in one file, a list of files
 * or such as a pattern names. Throws InputError.
 */
export async function readMetaImage(path: string, options: ReadOptions = {}): Promise<Volume> {
  const header = await readMetaImageHeader(path);
  const { geometry, voxelType } = header;
  const parts = await metaImageParts(path, header);
  const [first] = parts;
  if (options.onBytes !== undefined && first!.file !== path)
    options.onBytes(await withFile(path, (handle) => handle.readFile()));
  if (parts.length === 1) return { ...geometry, data: await readPart(first!, path, header, options) };
  const bytes = voxelBytes({ size: geometry.size, type: voxelType });
  let data: VoxelArray | undefined;
  let at = 0;
  for (const part of parts) {
    const voxels = await readPart(part, path, header, { onBytes: options.onBytes });
    // Room is made when the first part has been read: a header may promise more than there is.
    data ??= emptyVoxels(voxelType, bytes, options);
    data.set(voxels, at);
    at += voxels.length;
  }
  return { ...geometry, data: data! };
}

function emptyVoxels(type: VoxelType, bytes: number, { memory }: ReadOptions): VoxelArray {
  return voxelsOf(
    Buffer.from(memory?.(bytes) ?? new ArrayBuffer(bytes), 0, bytes),
    type,
    endianness() === 'BE',
  );
}

async function readPart(
  { file, size }: MetaImagePart,
  path: string,
  header: MetaImageHeader,
  options: ReadOptions,
): Promise<VoxelArray> {
  if (!header.binary) return readText(file, size, header, options);
  const { headerSize, compressed, voxelType: type, elementType: typeName, bigEndian } = header;
  await requireStreamSize(file, path, header);
  return readStoredVoxels(
    {
      ...{ path: file, packed: compressed, size, type, typeName, bigEndian, paddingBytes: 0 },
      from: headerSize === -1 && !compressed ? 'last' : skippedBytes(header),
      promisedBy: `DimSize and ElementType of ${basename(path)}`,
    },
    options,
  );
}

function skippedBytes(header: MetaImageHeader): number {
  return Math.max(0, header.headerSize) + (isLocal(header) ? header.headerBytes : 0);
}

async function requireStreamSize(file: string, path: string, header: MetaImageHeader): Promise<void> {
  const { compressed, compressedBytes: expected } = header;
  // Of several files it is that of none.
  if (!compressed || expected === undefined || hasManyFiles(header)) return;
  const found = (await withFile(file, (handle) => handle.stat())).size - skippedBytes(header);
  if (found !== expected)
    throw new InputError(
      file,
      `expected ${expected} bytes of compressed voxels as CompressedDataSize of ${basename(path)} says, found ${found}`,
    );
}

/** Voxels as decimals between blanks and line ends. */
async function readText(
  file: string,
  size: Vector3,
  header: MetaImageHeader,
  { onBytes }: ReadOptions,
): Promise<VoxelArray> {
  const bytes = await withFile(file, (handle) => handle.readFile());
  onBytes?.(bytes);
  const words = bytes
    .toString('latin1', skippedBytes(header))
    .split(/\s+/)
    .filter((word) => word !== '');
  const count = size[0] * size[1] * size[2];
  if (words.length !== count)
    throw new InputError(
      file,
      `expected ${count} voxels as text (${size.join(' x ')} ${header.elementType}), found ${words.length}`,
    );
  const voxels = emptyVoxels(header.voxelType, count * VOXEL_BYTES[header.voxelType], {});
  for (const [at, word] of words.entries()) {
    const value = decimalNumber(word);
    voxels[at] = value;
    const isWhole = header.voxelType.includes('int');
    if (Number.isNaN(value) || (isWhole && voxels[at] !== value))
      throw new InputError(
        file,
        `expected voxels of ${header.elementType} as text, received ${JSON.stringify(word.slice(0, 40))} as number ${at + 1}`,
      );
  }
  return voxels;
}
