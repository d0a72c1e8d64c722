import { closeSync, openSync, readSync } from 'node:fs';
import { InputError, messageOf } from '../../errors.js';
import { cannotRead } from '../../paths.js';
import { undoFilters } from './chunkFilters.js';
import { chunkPieces, type Piece } from './chunkPieces.js';
import { product, type RowIndex, type RowReader, type ValueScale } from './rowIndex.js';
import { decoderOf, isHu, requireFinite, toLittleEndian } from './rowValues.js';

/** Decoded chunks of several rows that a reader keeps, bytes; at least one chunk is kept. */
const CACHE_BYTES = 32 * 1024 * 1024;

/**
 * Opens a reader of rows straight from the file, for one thread. Throws InputError here for a file that cannot be opened; in its
 * functions for a row whose bytes are missing or damaged (with row and byte), RangeError for a row that is none.
 */
export function openRowReader(index: RowIndex & { readonly scale?: ValueScale }): RowReader {
  const fd = openFile(index.path);
  const rowBytes = index.valuesPerRow * index.element.bytes;
  const fill = rowFiller(index, fd, rowBytes);
  const decode = decoderOf(index.element, index.scale);
  const isPlain = isHu(index.element) && index.scale === undefined;
  const scratch = new Uint8Array(rowBytes);
  // Rows go to the same array again and again: a new view of it for each would keep the garbage collector busy.
  let lastInto: Int16Array | undefined;
  let lastBytes: Uint8Array = scratch;
  const bytesOf = (into: Int16Array): Uint8Array => {
    if (into !== lastInto) {
      lastInto = into;
      lastBytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    }
    return lastBytes;
  };
  const checkRow = (row: number): void => {
    if (!Number.isInteger(row) || row < 0 || row >= index.rows)
      throw new RangeError(`Expected a row from 0 to ${index.rows - 1}, received ${row}`);
  };
  return {
    readRow: (row, into, at) => {
      checkRow(row);
      if (at < 0 || at + index.valuesPerRow > into.length)
        throw new RangeError(
          `Expected room for ${index.valuesPerRow} voxels from ${at}, found ${into.length}`,
        );
      if (isPlain) fill(row, bytesOf(into), 2 * at);
      else {
        fill(row, scratch, 0);
        toLittleEndian(scratch, index.element);
        requireFinite(index.path, row, decode(scratch, into, at));
      }
    },
    readRowBytes: (row) => {
      checkRow(row);
      const bytes = new Uint8Array(rowBytes);
      fill(row, bytes, 0);
      toLittleEndian(bytes, index.element);
      return bytes;
    },
    close: () => closeSync(fd),
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw cannotRead(path, 'a patch file', error);
  }
}

/** Copies the bytes of a row, in the file's order, to `target` from index `at`. */
type FillRow = (row: number, target: Uint8Array, at: number) => void;

function rowFiller(index: RowIndex, fd: number, rowBytes: number): FillRow {
  const { layout } = index;
  switch (layout.kind) {
    case 'unwritten':
      return (_, target, at) => repeat(index.fillValue, target, at, at + rowBytes);
    case 'contiguous':
      return (row, target, at) =>
        readFully(
          fd,
          { target, from: at, to: at + rowBytes },
          layout.offset + row * rowBytes,
          index.path,
          row,
        );
    case 'chunked':
      return isLineOfChunks(index, layout)
        ? lineFiller(index, layout, fd, rowBytes)
        : chunkedFiller(index, layout, fd);
  }
}

type Chunked = Extract<RowIndex['layout'], { kind: 'chunked' }>;

/** Whether a row is a line of plain chunks of its own. */
function isLineOfChunks({ shape }: RowIndex, { chunk, filters }: Chunked): boolean {
  return chunk[0] === 1 && filters.length === 0 && shape.length === 2;
}

/** Chunks that follow each other in the file as in the row (a file that grew row by row has them so) take one read. */
function lineFiller(index: RowIndex, { chunk, offsets }: Chunked, fd: number, rowBytes: number): FillRow {
  const { path, element, fillValue } = index;
  const chunkBytes = chunk[1]! * element.bytes;
  const chunks = Math.ceil(rowBytes / chunkBytes);
  return (row, target, at) => {
    const first = row * chunks;
    for (let i = 0, next = 1; i < chunks; i = next++) {
      const offset = offsets[first + i]!;
      while (next < chunks && offset >= 0 && offsets[first + next] === offset + (next - i) * chunkBytes)
        next++;
      const [from, to] = [at + i * chunkBytes, at + Math.min(next * chunkBytes, rowBytes)];
      if (offset < 0) repeat(fillValue, target, from, to);
      else readFully(fd, { target, from, to }, offset, path, row);
    }
  };
}

function chunkedFiller(index: RowIndex, layout: Chunked, fd: number): FillRow {
  const { path, element, fillValue } = index;
  const rowsPerChunk = layout.chunk[0]!;
  const slabBytes = product(layout.chunk.slice(1)) * element.bytes;
  const pieces = chunkPieces(index.shape, layout.chunk, element.bytes);
  const decoded = chunkCache(rowsPerChunk > 1 ? CACHE_BYTES : 0);

  const chunkBytesOf = (chunk: number, row: number): Uint8Array => {
    const cached = decoded.get(chunk);
    if (cached !== undefined) return cached;
    const offset = layout.offsets[chunk]!;
    const stored = new Uint8Array(layout.sizes[chunk]!);
    readFully(fd, wholeOf(stored), offset, path, row);
    try {
      const bytes = undoFilters(stored, {
        filters: layout.filters,
        mask: layout.masks[chunk]!,
        bytes: rowsPerChunk * slabBytes,
        elementBytes: element.bytes,
      });
      decoded.put(chunk, bytes);
      return bytes;
    } catch (error) {
      throw new InputError(path, `row ${row}: the chunk at byte ${offset} is damaged: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };

  const fillPart = (
    row: number,
    chunk: number,
    runs: readonly Piece[],
    target: Uint8Array,
    at: number,
  ): void => {
    const offset = layout.offsets[chunk]!;
    const slabAt = (row % rowsPerChunk) * slabBytes;
    if (offset < 0) for (const { to, bytes } of runs) repeat(fillValue, target, at + to, at + to + bytes);
    else if (layout.filters.length > 0) copyRuns(chunkBytesOf(chunk, row), slabAt, runs, target, at);
    else if (runs.length === 1) {
      const { from, to, bytes } = runs[0]!;
      readFully(fd, { target, from: at + to, to: at + to + bytes }, offset + slabAt + from, path, row);
    } else {
      const slab = new Uint8Array(slabBytes);
      readFully(fd, wholeOf(slab), offset + slabAt, path, row);
      copyRuns(slab, 0, runs, target, at);
    }
  };
  return (row, target, at) => {
    const first = Math.floor(row / rowsPerChunk) * pieces.length;
    for (let i = 0; i < pieces.length; i++) fillPart(row, first + i, pieces[i]!, target, at);
  };
}

function copyRuns(
  slab: Uint8Array,
  slabAt: number,
  runs: readonly Piece[],
  target: Uint8Array,
  at: number,
): void {
  for (const { from, to, bytes } of runs)
    target.set(slab.subarray(slabAt + from, slabAt + from + bytes), at + to);
}

/** The chunks used last, up to a number of bytes; none for 0. */
function chunkCache(mostBytes: number): {
  get(chunk: number): Uint8Array | undefined;
  put(chunk: number, bytes: Uint8Array): void;
} {
  const chunks = new Map<number, Uint8Array>();
  let held = 0;
  return {
    get: (chunk) => {
      const bytes = chunks.get(chunk);
      if (bytes === undefined) return undefined;
      // A Map keeps the order of insertion: used again, inserted again.
      chunks.delete(chunk);
      chunks.set(chunk, bytes);
      return bytes;
    },
    put: (chunk, bytes) => {
      if (mostBytes === 0) return;
      chunks.set(chunk, bytes);
      held += bytes.length;
      for (const [oldest, old] of chunks) {
        if (held <= mostBytes || oldest === chunk) break;
        chunks.delete(oldest);
        held -= old.length;
      }
    },
  };
}

function repeat(value: Uint8Array, target: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at += value.length) target.set(value, at);
}

/** Bytes [from, to) of an array. */
interface Place {
  readonly target: Uint8Array;
  readonly from: number;
  readonly to: number;
}

function wholeOf(target: Uint8Array): Place {
  return { target, from: 0, to: target.length };
}

function readFully(fd: number, { target, from, to }: Place, offset: number, path: string, row: number): void {
  const wanted = to - from;
  let read = 0;
  try {
    while (read < wanted) {
      const bytes = readSync(fd, target, from + read, wanted - read, offset + read);
      if (bytes === 0) break;
      read += bytes;
    }
  } catch (error) {
    throw new InputError(path, `row ${row}: its bytes at ${offset} cannot be read (${messageOf(error)})`, {
      cause: error,
    });
  }
  if (read !== wanted)
    throw new InputError(
      path,
      `row ${row}: expected ${wanted} bytes at byte ${offset}, read ${read}; the file is cut short`,
    );
}
