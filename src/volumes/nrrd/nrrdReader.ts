import { basename } from 'node:path';
import { InputError } from '../../errors.js';
import { withFile } from '../voxels/inputFile.js';
import { namedFile } from '../voxels/namedFile.js';
import { type ReadOptions, readStoredVoxels, voxelBytes } from '../voxels/storedVoxels.js';
import { readDecimalVoxels, readHexVoxels } from '../voxels/textVoxels.js';
import type { Geometry, Vector3, Volume, VoxelArray } from '../voxels/volume.js';
import { readParts } from '../voxels/voxelParts.js';
import { VOXEL_BYTES } from '../voxels/voxelType.js';
import { type NrrdHeader, parseNrrdHeader } from './nrrdHeader.js';

/** Longest header that is looked at; a list of files and keys of DICOM may take tens of KiB. */
const HEADER_LIMIT_BYTES = 2 ** 20;

/** The geometry that a .nrrd or .nhdr file says, without its voxels. Throws InputError. */
export async function readNrrdGeometry(path: string): Promise<Geometry> {
  return (await readNrrdHeader(path)).geometry;
}

/** The header's file and those with the voxels, in their order. Throws InputError, also for one that is not there. */
export async function nrrdFiles(path: string): Promise<readonly string[]> {
  const parts = await placedParts(path, await readNrrdHeader(path));
  return [path, ...parts.map(({ file }) => file).filter((file) => file !== path)];
}

/**
 * Reads a NRRD file: voxels raw, gzip, as text or hexadecimal, behind the header, in one file, a list of files or such as a
 * pattern names. NaN among the voxels is kept. Throws InputError.
 */
export async function readNrrd(path: string, options: ReadOptions = {}): Promise<Volume> {
  const header = await readNrrdHeader(path);
  const { geometry, voxelType: type } = header;
  const parts = await placedParts(path, header);
  const isAlone = parts.length === 1 && parts[0]!.file === path;
  if (!isAlone) options.onBytes?.(await withFile(path, (input) => input.content()));
  const data = await readParts(
    parts,
    { type, path, count: geometry.size[0] * geometry.size[1] * geometry.size[2] },
    (part, { onBytes, ...rest }) =>
      readPart(part, path, header, { ...rest, onBytes: part.file !== path || isAlone ? onBytes : undefined }),
    options,
  );
  return { ...geometry, data };
}

async function readNrrdHeader(path: string): Promise<NrrdHeader> {
  return parseNrrdHeader(await withFile(path, (input) => input.content(HEADER_LIMIT_BYTES)), path);
}

/** A part of the voxels and the file that holds it. */
interface PlacedPart {
  readonly file: string;
  readonly size: Vector3;
  /** Where in the file its lines begin that may be skipped. */
  readonly from: number;
}

async function placedParts(path: string, { parts, headerBytes }: NrrdHeader): Promise<readonly PlacedPart[]> {
  const placed: PlacedPart[] = [];
  for (const { name, size } of parts) {
    if (name === undefined) {
      placed.push({ file: path, size, from: headerBytes });
      continue;
    }
    const refusal = (reason: string): InputError =>
      new InputError(path, `data file: ${reason}`, { line: name.line });
    placed.push({ file: await namedFile(path, name.text, refusal), size, from: 0 });
  }
  return placed;
}

async function readPart(
  { file, size, from }: PlacedPart,
  path: string,
  header: NrrdHeader,
  options: ReadOptions,
): Promise<VoxelArray> {
  const { voxelType: type, typeName, bigEndian, encoding, byteSkip } = header;
  const start = await byteBehindLines(file, from, header.lineSkip);
  const stored = { path: file, size, type, typeName, bigEndian };
  if (encoding === 'text') return readDecimalVoxels({ ...stored, from: start + byteSkip }, options);
  if (encoding === 'hex') return readHexVoxels({ ...stored, from: start + byteSkip }, options);
  const packed = encoding === 'gzip';
  const isLast = byteSkip === -1 && (await bytesFrom(file, start)) >= voxelBytes(stored);
  return readStoredVoxels(
    {
      ...stored,
      packed,
      from: isLast ? 'last' : start + (packed ? 0 : Math.max(0, byteSkip)),
      skip: packed ? byteSkip : 0,
      promisedBy: `sizes and type of ${basename(path)}`,
      // Writers align files; a whole slice more is a header that says too little.
      paddingBytes: size[0] * size[1] * VOXEL_BYTES[type] - 1,
    },
    options,
  );
}

async function bytesFrom(file: string, from: number): Promise<number> {
  return withFile(file, async (handle) => (await handle.stat()).size - from);
}

/** Throws InputError for a file of fewer lines. */
async function byteBehindLines(file: string, from: number, lines: number): Promise<number> {
  if (lines === 0) return from;
  return withFile(file, async (handle) => {
    const piece = Buffer.alloc(2 ** 16);
    let at = from;
    let left = lines;
    for (;;) {
      const bytesRead = await handle.read(piece, at);
      for (let end = piece.indexOf(0x0a); end >= 0 && end < bytesRead; end = piece.indexOf(0x0a, end + 1))
        if (--left === 0) return at + end + 1;
      if (bytesRead === 0)
        throw new InputError(
          file,
          `line skip: expected ${lines} lines before the voxels, found ${lines - left}; correct the line in the header`,
        );
      at += bytesRead;
    }
  });
}
