import type { PutChunk } from './chunkTable.js';
import { addressAt, bytesAt, checkedBytes, type Hdf5File, UnknownStructure } from './hdf5Bytes.js';

/** Deeper than any tree is: a node that is its own child would go on for ever. */
const DEEPEST = 32;

/** Version 1, of all files up to HDF5 1.8 and h5py's default: keys are (bytes, mask, first value of the chunk on each axis). */
export function readBTree1(file: Hdf5File, root: number, chunk: readonly number[], put: PutChunk): void {
  const rank = chunk.length;
  // The axis behind the last one is that of the element's bytes.
  const keyBytes = 8 + 8 * (rank + 1);
  const visit = (node: number, expectedLevel: number | undefined): void => {
    const head = bytesAt(file, node, 24);
    const [level, children] = [head[5]!, head.readUInt16LE(6)];
    const isExpected = expectedLevel === undefined ? level < DEEPEST : level === expectedLevel;
    if (head.toString('latin1', 0, 4) !== 'TREE' || head[4] !== 1 || !isExpected)
      throw new UnknownStructure('a node of its chunk index is damaged');
    const entries = bytesAt(file, node + 24, children * (keyBytes + 8));
    for (let i = 0; i < children; i++) {
      const at = i * (keyBytes + 8);
      const child = Number(entries.readBigUInt64LE(at + keyBytes)) + file.base;
      if (level > 0) visit(child, level - 1);
      else
        put(
          chunk.map((size, axis) => Number(entries.readBigUInt64LE(at + 8 + 8 * axis)) / size),
          child,
          entries.readUInt32LE(at),
          entries.readUInt32LE(at + 4),
        );
    }
  };
  visit(root, undefined);
}

interface ChunkRecords {
  readonly rank: number;
  readonly isFiltered: boolean;
  /** Of a chunk without filters. */
  readonly chunkBytes: number;
}

/** Version 2, of datasets with more than one unlimited axis in the newest format. */
export function readBTree2(file: Hdf5File, headerOffset: number, records: ChunkRecords, put: PutChunk): void {
  const header = checkedBytes(file, headerOffset, 34, 'BTHD');
  if (header.toString('latin1', 0, 4) !== 'BTHD') throw new UnknownStructure('its chunk index is damaged');
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
    const bytes = checkedBytes(file, node, 6 + count * recordBytes + children, signature);
    if (bytes.toString('latin1', 0, 4) !== signature)
      throw new UnknownStructure('a node of its chunk index is damaged');
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
