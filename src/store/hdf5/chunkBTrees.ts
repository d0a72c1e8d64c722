import { addressAt, bytesAt, damaged, type Hdf5File, signedBytes, UnknownStructure } from './hdf5Bytes.js';
import type { PutChunk } from './putChunk.js';

/** Deeper than any tree is: a node that is its own child would go on for ever. */
const DEEPEST = 32;

/** Of one entry of a node: what it leads to begins at `first`, values along each axis; the last one is of the element's bytes. */
interface TreeKey {
  readonly bytes: number;
  readonly mask: number;
  readonly first: readonly number[];
}

/**
 * Version 1, of all files up to HDF5 1.8 and h5py's default: keys are (bytes, mask, first value of the chunk on each axis).
 * It has no checksum, but an order: the library finds a chunk only where keys grow, and stay between those of the node above.
 * Throws InputError where they do not. `plainBytes`: of every chunk of a dataset without filters.
 */
export function readBTree1(
  file: Hdf5File,
  root: number,
  { chunk, plainBytes }: { readonly chunk: readonly number[]; readonly plainBytes: number | undefined },
  put: PutChunk,
): void {
  const axes = chunk.length + 1;
  const keyBytes = 8 + 8 * axes;
  const keyAt = (bytes: Buffer, at: number): TreeKey => ({
    bytes: bytes.readUInt32LE(at),
    mask: bytes.readUInt32LE(at + 4),
    first: Array.from({ length: axes }, (_, axis) => Number(bytes.readBigUInt64LE(at + 8 + 8 * axis))),
  });
  const visit = (node: number, above: { level: number; from: TreeKey; to: TreeKey } | undefined): void => {
    const head = bytesAt(file, node, 24);
    const [level, children] = [head[5]!, head.readUInt16LE(6)];
    const isExpected = above === undefined ? level < DEEPEST : level === above.level;
    if (head.toString('latin1', 0, 4) !== 'TREE' || head[4] !== 1 || !isExpected)
      throw new UnknownStructure('a node of its chunk index is damaged');
    const entries = bytesAt(file, node + 24, children * (keyBytes + 8) + keyBytes);
    const refuse = (what: string): never => {
      throw damaged(file, node, 'TREE', what);
    };
    let from = keyAt(entries, 0);
    if (above !== undefined && isBefore(from, above.from)) refuse('its first key lies before that above it');
    for (let i = 0; i < children; i++) {
      const at = (i + 1) * (keyBytes + 8);
      const to = keyAt(entries, at);
      if (!isBefore(from, to)) refuse(`key ${i + 1} does not lie behind key ${i}`);
      if (above !== undefined && !isBefore(from, above.to)) refuse(`key ${i} lies behind its node`);
      if (from.first.some((value, axis) => value % (chunk[axis] ?? Infinity) !== 0))
        refuse(`key ${i} is of no chunk: it begins at ${from.first.join(', ')}`);
      const child = Number(entries.readBigUInt64LE(at - 8)) + file.base;
      if (level > 0) visit(child, { level: level - 1, from, to });
      else {
        if (plainBytes !== undefined && from.bytes !== plainBytes)
          refuse(`chunk ${i} has ${from.bytes} bytes, not ${plainBytes}`);
        const place = chunk.map((size, axis) => from.first[axis]! / size);
        put(place, child, from.bytes, from.mask);
      }
      from = to;
    }
  };
  visit(root, undefined);
}

function isBefore({ first: a }: TreeKey, { first: b }: TreeKey): boolean {
  const axis = a.findIndex((value, i) => value !== b[i]);
  return axis >= 0 && a[axis]! < b[axis]!;
}

interface ChunkRecords {
  readonly rank: number;
  readonly isFiltered: boolean;
  /** Of a chunk without filters. */
  readonly chunkBytes: number;
}

/** Version 2, of datasets with more than one unlimited axis in the newest format. */
export function readBTree2(file: Hdf5File, headerOffset: number, records: ChunkRecords, put: PutChunk): void {
  const header = signedBytes(file, headerOffset, 34, 'BTHD');
  const [nodeBytes, recordBytes] = [header.readUInt32LE(6), header.readUInt16LE(10)];
  const [depth, rootRecords] = [header.readUInt16LE(12), header.readUInt16LE(24)];
  const root = addressAt(file, header, 16);
  if (root === undefined) return;
  const sizes = childSizes(nodeBytes, recordBytes, depth);

  const visit = (node: number, count: number, level: number): void => {
    const signature = level > 0 ? 'BTIN' : 'BTLF';
    const { countBytes, totalBytes } = sizes[level]!;
    // The checksum follows what is used of the node.
    const children = level > 0 ? (count + 1) * (8 + countBytes + totalBytes) : 0;
    const bytes = signedBytes(file, node, 6 + count * recordBytes + children, signature);
    for (let i = 0; i < count; i++) putRecord(file, bytes, 6 + i * recordBytes, records, recordBytes, put);
    if (level === 0) return;
    for (let i = 0, at = 6 + count * recordBytes; i <= count; i++, at += 8 + countBytes + totalBytes)
      visit(Number(bytes.readBigUInt64LE(at)) + file.base, bytes.readUIntLE(at + 8, countBytes), level - 1);
  };
  visit(root, rootRecords, depth);
}

/** Bytes of a child's two counts (its records; with those below it) in a node of each level: as few as the largest needs. */
function childSizes(
  nodeBytes: number,
  recordBytes: number,
  depth: number,
): { countBytes: number; totalBytes: number }[] {
  const bytesFor = (largest: number): number => Math.floor(Math.log2(largest) / 8) + 1;
  const leafRecords = Math.floor((nodeBytes - 10) / recordBytes);
  const countBytes = bytesFor(leafRecords);
  const sizes = [{ countBytes: 0, totalBytes: 0 }];
  for (let level = 1, below = leafRecords, totalBytes = 0; level <= depth; level++) {
    const pointer = 8 + countBytes + totalBytes;
    sizes.push({ countBytes, totalBytes });
    const most = Math.floor((nodeBytes - 10 - pointer) / (recordBytes + pointer));
    below = (most + 1) * below + most;
    totalBytes = bytesFor(below);
  }
  return sizes;
}

function putRecord(
  file: Hdf5File,
  bytes: Buffer,
  at: number,
  { rank, isFiltered, chunkBytes }: ChunkRecords,
  recordBytes: number,
  put: PutChunk,
): void {
  const offset = addressAt(file, bytes, at);
  if (offset === undefined) return;
  const sizeBytes = recordBytes - 8 - 4 - 8 * rank;
  const placeAt = isFiltered ? at + 12 + sizeBytes : at + 8;
  put(
    Array.from({ length: rank }, (_, axis) => Number(bytes.readBigUInt64LE(placeAt + 8 * axis))),
    offset,
    isFiltered ? bytes.readUIntLE(at + 8, Math.min(sizeBytes, 6)) : chunkBytes,
    isFiltered ? bytes.readUInt32LE(at + 8 + sizeBytes) : 0,
  );
}
