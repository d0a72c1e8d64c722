import { basename } from 'node:path';
import { InputError } from '../../errors.js';
import { withFile } from '../voxels/inputFile.js';
import { requirePlausibleSpacing } from '../voxels/plausibleSpacing.js';
import { type ReadOptions, readStoredVoxels } from '../voxels/storedVoxels.js';
import { readDecimalVoxels } from '../voxels/textVoxels.js';
import type { Volume, VoxelArray } from '../voxels/volume.js';
import { readParts } from '../voxels/voxelParts.js';
import { hasManyFiles, isLocal, type MetaImagePart, metaImageParts } from './metaImageFiles.js';
import { type MetaImageHeader, parseMetaImageHeader } from './metaImageHeader.js';

/** Longest header that is looked at; LUNA16's have 0.5 KiB. */
const HEADER_LIMIT_BYTES = 64 * 1024;

/** Reads the header of a .mhd or .mha file. Throws InputError. */
export async function readMetaImageHeader(path: string): Promise<MetaImageHeader> {
  const header = parseMetaImageHeader(
    await withFile(path, (input) => input.content(HEADER_LIMIT_BYTES)),
    path,
  );
  requirePlausibleSpacing(header.geometry.spacingMm, path, 'ElementSpacing');
  return header;
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
  const { geometry, voxelType: type } = header;
  const parts = await metaImageParts(path, header);
  const [first] = parts;
  if (options.onBytes !== undefined && first!.file !== path)
    options.onBytes(await withFile(path, (input) => input.content()));
  const data = await readParts(
    parts,
    { type, path, count: geometry.size[0] * geometry.size[1] * geometry.size[2] },
    (part, partOptions) => readPart(part, path, header, partOptions),
    options,
  );
  return { ...geometry, data };
}

async function readPart(
  { file, size }: MetaImagePart,
  path: string,
  header: MetaImageHeader,
  options: ReadOptions,
): Promise<VoxelArray> {
  const { headerSize, compressed, voxelType: type, elementType: typeName, bigEndian } = header;
  if (!header.binary)
    return readDecimalVoxels({ path: file, size, type, typeName, from: skippedBytes(header) }, options);
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
