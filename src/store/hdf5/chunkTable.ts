import { readExtensibleArray, readFixedArray } from './chunkArrays.js';
import { readBTree1, readBTree2 } from './chunkBTrees.js';
import type { DatasetHeader } from './datasetHeader.js';
import { damaged, type Hdf5File, UnknownStructure } from './hdf5Bytes.js';
import type { StoredLayout } from './hdf5Layout.js';
import type { PutChunk, PutNumbered } from './putChunk.js';
import { chunkGrid, numberOf, product } from './rowIndex.js';

/** Where each chunk lies, the last axis fastest. */
export interface ChunkTable {
  /** File offsets; -1 = never written. */
  readonly offsets: Float64Array;
  /** Bytes in the file. */
  readonly sizes: Uint32Array;
  /** Bit i set: filter i was not applied. */
  readonly masks: Uint32Array;
}

type Chunked = Extract<StoredLayout, { kind: 'chunked' }>;

/** More chunks than that would fill memory: 16 bytes each, 256 MiB in all. */
const MOST_CHUNKS = 2 ** 24;

/** In shared memory. Throws UnknownStructure for more chunks than fit. */
export function emptyTable(chunks: number): ChunkTable {
  if (chunks > MOST_CHUNKS) throw new UnknownStructure(`it has ${chunks} chunks, more than ${MOST_CHUNKS}`);
  return {
    offsets: new Float64Array(new SharedArrayBuffer(8 * chunks)).fill(-1),
    sizes: new Uint32Array(new SharedArrayBuffer(4 * chunks)),
    masks: new Uint32Array(new SharedArrayBuffer(4 * chunks)),
  };
}

/** Reads the index of a chunked dataset. Throws UnknownStructure, InputError for a file cut short. */
export function readChunkTable(file: Hdf5File, header: DatasetHeader, layout: Chunked): ChunkTable {
  const { shape, maxShape, element, filters } = header;
  const { chunk, index, indexOffset } = layout;
  const grid = chunkGrid(shape, chunk);
  const chunks = product(grid);
  const table = emptyTable(chunks);
  const chunkBytes = product(chunk) * element.bytes;

  const most = chunkGrid(maxShape, chunk);
  const put: PutChunk = (place, offset, bytes, mask) => {
    if (place.some((at, axis) => !Number.isSafeInteger(at) || at >= most[axis]!))
      throw damaged(
        file,
        indexOffset,
        'the chunk index',
        `it names a chunk at ${place.join(', ')}, where none can be`,
      );
    // Chunks behind the end stay in the file when a dataset was made smaller.
    if (place.some((at, axis) => at >= grid[axis]!)) return;
    if (offset + bytes > file.size)
      throw damaged(file, offset, 'a chunk', `the file ends at byte ${file.size}, before its ${bytes} bytes`);
    const number = numberOf(place, grid);
    table.offsets[number] = offset;
    table.sizes[number] = bytes;
    table.masks[number] = mask;
  };
  const putNumbered = numberedInto(put, most);

  switch (index.kind) {
    case 'b-tree 1':
      readBTree1(
        file,
        indexOffset,
        { chunk, plainBytes: filters.length === 0 ? chunkBytes : undefined },
        put,
      );
      break;
    case 'b-tree 2':
      readBTree2(file, indexOffset, { rank: chunk.length, isFiltered: filters.length > 0, chunkBytes }, put);
      break;
    case 'single':
      putNumbered(0, indexOffset, index.bytes ?? chunkBytes, index.mask ?? 0);
      break;
    case 'implicit':
      for (let i = 0; i < product(most); i++) putNumbered(i, indexOffset + i * chunkBytes, chunkBytes, 0);
      break;
    case 'fixed array':
      readFixedArray(file, indexOffset, chunkBytes, putNumbered);
      break;
    case 'extensible array':
      readExtensibleArray(file, indexOffset, chunkBytes, putNumbered);
      break;
  }
  refuseOverlaps(file, table);
  return table;
}

/** No byte belongs to two chunks: an address that is not the written one mostly leads into another chunk. Throws InputError. */
function refuseOverlaps(file: Hdf5File, { offsets, sizes }: ChunkTable): void {
  const written = Uint32Array.from(offsets.keys()).filter((chunk) => offsets[chunk]! >= 0);
  const inOrder = written.sort((a, b) => offsets[a]! - offsets[b]!);
  for (let i = 1; i < inOrder.length; i++) {
    const [before, chunk] = [inOrder[i - 1]!, inOrder[i]!];
    if (offsets[before]! + sizes[before]! > offsets[chunk]!)
      throw damaged(file, offsets[chunk]!, 'a chunk', `chunks ${before} and ${chunk} overlap`);
  }
}

/** Array indexes number the chunks of the largest extent, an unlimited axis slowest. */
function numberedInto(put: PutChunk, maxGrid: readonly number[]): PutNumbered {
  const axes = maxGrid.map((_, axis) => axis);
  const order = [
    ...axes.filter((axis) => maxGrid[axis] === Infinity),
    ...axes.filter((axis) => maxGrid[axis] !== Infinity),
  ];
  const place = new Array<number>(maxGrid.length).fill(0);
  return (number, offset, bytes, mask) => {
    let rest = number;
    for (let i = order.length - 1; i >= 0; i--) {
      const axis = order[i]!;
      const count = maxGrid[axis]!;
      place[axis] = i === 0 ? rest : rest % count;
      rest = Math.floor(rest / count);
    }
    put(place, offset, bytes, mask);
  };
}
