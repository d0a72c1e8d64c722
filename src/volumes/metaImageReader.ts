import { constants } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import { InputError, messageOf } from '../errors.js';
import { META_ELEMENT_BYTES, type MetaImageHeader, parseMetaImageHeader } from './metaImageHeader.js';
import { withFile } from './scanStream.js';
import type { Volume, VoxelArray } from './volume.js';

/** Longest header that is looked at; LUNA16's have 0.5 KiB. */
const HEADER_LIMIT_BYTES = 64 * 1024;
const PIECE_BYTES = 2 ** 22;
const inflate = promisify(unzip);

/** Reads the header of a .mhd or .mha file. Throws InputError. */
export async function readMetaImageHeader(path: string): Promise<MetaImageHeader> {
  return withFile(path, async (handle) => {
    const start = Buffer.alloc(HEADER_LIMIT_BYTES);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    return parseMetaImageHeader(start.subarray(0, bytesRead), path);
  });
}

/** Whether readMetaImage() can read it: binary voxels in one file. Lists, patterns and text are left to ITK. */
export function isPlainMetaImage(header: MetaImageHeader): boolean {
  return header.binary && hasOneDataFile(header);
}

/** Whether the voxels lie in one file; else in a list of slices, or such that a pattern names. */
export function hasOneDataFile({ dataFile }: MetaImageHeader): boolean {
  return !/^LIST\b|%/.test(dataFile);
}

/**
 * Checks that a LIST or a pattern names a file for each slice, each long enough: ITK leaves slices that are not there at 0.
 * Throws InputError.
 */
export async function checkListedSlices(path: string, header: MetaImageHeader): Promise<void> {
  const slices = await listedSlices(path, header);
  if (slices.length === 0) return;
  const depth = header.geometry.size[2];
  if (slices.length !== depth)
    throw new InputError(
      path,
      `ElementDataFile: expected a file for each of ${depth} slices, received ${slices.length}`,
    );
  const expected = header.binary && !header.compressed ? voxelBytes(header) / depth : 0;
  for (const slice of slices) {
    const found = (await withFile(slice, (handle) => handle.stat())).size;
    if (found < expected)
      throw new InputError(slice, `the slice is cut short: expected ${expected} bytes, found ${found}`);
  }
}

/** The files of a header with LIST, or with a pattern such as `slice%03d.raw 1 200 1` (first, last, step); else none. */
export async function listedSlices(path: string, header: MetaImageHeader): Promise<readonly string[]> {
  const beside = (name: string): string => resolve(dirname(path), name);
  if (header.dataFile === 'LIST') {
    const text = await withFile(path, (handle) => handle.readFile('latin1'));
    const names = text.slice(header.headerBytes).split(/\r?\n/);
    const named = names.map((name) => name.trim()).filter((name) => name !== '');
    // A list without any name: the header itself is what is too short.
    if (named.length === 0)
      throw new InputError(path, 'ElementDataFile: expected a file for each slice, received an empty LIST');
    return named.map(beside);
  }
  const [, pattern, first, last, step] =
    /^(\S*%0?\d*d\S*)\s+(\d+)\s+(\d+)\s+(\d+)$/.exec(header.dataFile) ?? [];
  if (pattern === undefined) return [];
  const files: string[] = [];
  // One more than there may be is enough to see that there are too many.
  for (
    let k = Number(first);
    k <= Number(last) && files.length <= header.geometry.size[2];
    k += Number(step) || 1
  )
    files.push(
      beside(
        pattern.replace(/%(0?)(\d*)d/, (_, zero, width) => String(k).padStart(Number(width), zero || ' ')),
      ),
    );
  return files;
}

/** The file that holds the voxels: the header's own for LOCAL, else a file named relative to the header's folder. */
export function metaImageDataPath(path: string, header: MetaImageHeader): string {
  return isLocal(header) ? path : resolve(dirname(path), header.dataFile);
}

/** Where a scan is read to, and who else sees its bytes. */
export interface ReadOptions {
  /** Memory of at least so many bytes for the voxels, whose view the volume is then. Default: new memory. */
  readonly memory?: (bytes: number) => ArrayBuffer;
  /** Receives all bytes of the file that holds the voxels, in order, while they are read. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** Reads the voxels of a binary MetaImage, raw or zlib-compressed, of any element type and byte order. Throws InputError. */
export async function readMetaImage(
  path: string,
  header: MetaImageHeader,
  options: ReadOptions = {},
): Promise<Volume> {
  const read = header.compressed ? readCompressed : readRaw;
  const bytes = await read(path, header, options);
  if (header.bigEndian !== (endianness() === 'BE')) swapBytes(bytes, META_ELEMENT_BYTES[header.elementType]);
  return { ...header.geometry, data: toVoxels(bytes, header) };
}

async function readRaw(
  path: string,
  header: MetaImageHeader,
  { memory = (bytes) => new ArrayBuffer(bytes), onBytes }: ReadOptions,
): Promise<Buffer> {
  const dataPath = metaImageDataPath(path, header);
  return withFile(dataPath, async (handle) => {
    const expected = voxelBytes(header);
    const stat = await handle.stat();
    if (!stat.isFile())
      throw new InputError(
        dataPath,
        `expected the file of ${basename(path)} with the voxels, found a folder`,
      );
    const { size } = stat;
    const from = header.headerSize === -1 ? size - expected : skippedBytes(header);
    if (from < 0 || size - from < expected)
      throw new InputError(
        dataPath,
        `the voxels are cut short: expected ${expected} bytes (${header.geometry.size.join(' x ')} ${header.elementType}), found ${Math.max(0, header.headerSize === -1 ? size : size - from)}`,
      );
    if (header.headerSize !== -1 && size - from > expected)
      throw new InputError(
        dataPath,
        `expected ${expected} bytes of voxels as DimSize and ElementType of ${basename(path)} say (${header.geometry.size.join(' x ')} ${header.elementType}), found ${size - from}`,
      );
    const file = { handle, path: dataPath, onBytes };
    if (onBytes !== undefined) await readFully(file, Buffer.alloc(from), 0);
    // A buffer of its own, unlike Buffer.alloc's pool: typed arrays need an aligned start.
    const bytes = Buffer.from(memory(expected), 0, expected);
    await readFully(file, bytes, from);
    return bytes;
  });
}

async function readCompressed(
  path: string,
  header: MetaImageHeader,
  { onBytes }: ReadOptions,
): Promise<Buffer> {
  const dataPath = metaImageDataPath(path, header);
  const expected = voxelBytes(header);
  await requireBelow(expected, header, path);
  const file = await withFile(dataPath, (handle) => handle.readFile());
  onBytes?.(file);
  const packed = file.subarray(skippedBytes(header));
  if (header.compressedBytes !== undefined && header.compressedBytes !== packed.length)
    throw new InputError(
      dataPath,
      `expected ${header.compressedBytes} bytes of compressed voxels as CompressedDataSize of ${basename(path)} says, found ${packed.length}`,
    );
  let bytes: Buffer;
  try {
    // A stream that unpacks to more than the header promises is stopped there, before it fills the memory.
    bytes = await inflate(packed, { maxOutputLength: Math.min(expected + 1, constants.MAX_LENGTH) });
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new InputError(
      dataPath,
      tooLong
        ? `expected ${expected} bytes of voxels when unpacked, found more`
        : `the compressed voxels are corrupt or cut short (${messageOf(error)}): expected ${expected} bytes when unpacked, from ${packed.length} bytes found`,
      { cause: error },
    );
  }
  if (bytes.length !== expected)
    throw new InputError(
      dataPath,
      `the voxels are ${bytes.length < expected ? 'cut short' : 'too many'}: expected ${expected} bytes when unpacked, found ${bytes.length}`,
    );
  return bytes;
}

/** zlib packs at most 1,032 times: what promises more than its file can hold is refused before memory is taken. */
async function requireBelow(expected: number, header: MetaImageHeader, path: string): Promise<void> {
  const dataPath = metaImageDataPath(path, header);
  const { size } = await withFile(dataPath, (handle) => handle.stat());
  if (expected > size * 1032 + 64)
    throw new InputError(
      dataPath,
      `the compressed voxels are cut short: expected ${expected} bytes when unpacked, found a file of ${size} bytes`,
    );
}

function isLocal(header: MetaImageHeader): boolean {
  return /^local$/i.test(header.dataFile);
}

function skippedBytes(header: MetaImageHeader): number {
  return Math.max(0, header.headerSize) + (isLocal(header) ? header.headerBytes : 0);
}

function voxelBytes({ geometry: { size }, elementType }: MetaImageHeader): number {
  return size[0] * size[1] * size[2] * META_ELEMENT_BYTES[elementType];
}

interface WatchedFile {
  readonly handle: FileHandle;
  readonly path: string;
  readonly onBytes: ReadOptions['onBytes'] | undefined;
}

/** Fills `bytes` from byte `from` of the file; a piece is shown while the next one is read. */
async function readFully({ handle, path, onBytes }: WatchedFile, bytes: Buffer, from: number): Promise<void> {
  const readPiece = async (start: number): Promise<number> => {
    const length = Math.min(bytes.length - start, PIECE_BYTES);
    const { bytesRead } = await handle.read(bytes, start, length, from + start);
    if (bytesRead === 0)
      throw new InputError(path, `expected ${bytes.length} bytes of voxels, the file ended after ${start}`);
    return start + bytesRead;
  };
  let done = 0;
  let reading = bytes.length === 0 ? undefined : readPiece(0);
  while (reading !== undefined) {
    const end: number = await reading;
    reading = end < bytes.length ? readPiece(end) : undefined;
    onBytes?.(bytes.subarray(done, end));
    done = end;
  }
}

function swapBytes(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}

function toVoxels(bytes: Buffer, header: MetaImageHeader): VoxelArray {
  // A view needs a start that is a multiple of the element's width; only an unpacked stream can lack it.
  const { buffer, byteOffset } =
    bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
  const count = bytes.length / META_ELEMENT_BYTES[header.elementType];
  switch (header.elementType) {
    case 'MET_CHAR':
      return new Int8Array(buffer, byteOffset, count);
    case 'MET_UCHAR':
      return new Uint8Array(buffer, byteOffset, count);
    case 'MET_SHORT':
      return new Int16Array(buffer, byteOffset, count);
    case 'MET_USHORT':
      return new Uint16Array(buffer, byteOffset, count);
    case 'MET_INT':
    case 'MET_LONG':
      return new Int32Array(buffer, byteOffset, count);
    case 'MET_UINT':
    case 'MET_ULONG':
      return new Uint32Array(buffer, byteOffset, count);
    case 'MET_LONG_LONG':
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case 'MET_ULONG_LONG':
      return Float64Array.from(new BigUint64Array(buffer, byteOffset, count), Number);
    case 'MET_FLOAT':
      return new Float32Array(buffer, byteOffset, count);
    case 'MET_DOUBLE':
      return new Float64Array(buffer, byteOffset, count);
  }
}
