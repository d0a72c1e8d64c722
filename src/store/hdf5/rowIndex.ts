/*
 * What a thread needs to read rows of a dataset straight from its file: plain data, which postMessage() copies; the long
 * arrays lie in shared memory, so that all threads have one.
 */

/** One number as it is stored. */
export interface ElementType {
  readonly kind: 'int' | 'uint' | 'float';
  /** 1, 2, 4 or 8; floats 2, 4 or 8. */
  readonly bytes: number;
  readonly bigEndian: boolean;
}

/** What HDF5 did to the bytes of a chunk. */
export type FilterName = 'deflate' | 'shuffle' | 'fletcher32' | 'lzf';

/** How the rows lie in the file: not written yet, one behind the other, or in chunks (offset and size in bytes, and which filters each one left out). */
export type RowLayout =
  /** Nothing is stored: every value is the fill value. */
  | { readonly kind: 'unwritten' }
  /** Row r at `offset` + r * bytes of a row. */
  | { readonly kind: 'contiguous'; readonly offset: number }
  | {
      readonly kind: 'chunked';
      /** Values a chunk along each axis of `shape`. */
      readonly chunk: readonly number[];
      /** In the order in which they were applied. */
      readonly filters: readonly FilterName[];
      /** File offset of each chunk, the last axis fastest; -1 = never written. */
      readonly offsets: Float64Array;
      /** Bytes of each chunk in the file. */
      readonly sizes: Uint32Array;
      /** Bit i set: filter i was not applied to this chunk. */
      readonly masks: Uint32Array;
    };

/** The rows of a dataset: values along its first axis. */
export interface RowIndex {
  readonly path: string;
  readonly dataset: string;
  readonly rows: number;
  readonly valuesPerRow: number;
  /** Of the dataset: rows first. */
  readonly shape: readonly number[];
  readonly element: ElementType;
  /** One element, as stored. */
  readonly fillValue: Uint8Array;
  readonly layout: RowLayout;
}

/** Stored values that are no HU: hu = slope * value + intercept. */
export interface ValueScale {
  readonly slope: number;
  readonly intercept: number;
}

/** Rows whose bytes no index knows: the HDF5 library reads them. */
export interface UnindexedRows {
  readonly path: string;
  readonly dataset: string;
  /** One line for people. */
  readonly because: string;
}

/** How the rows of a dataset are read. */
export type RowAccess = (RowIndex | UnindexedRows) & { readonly scale?: ValueScale };

/** A reader of one thread; synchronous, as its thread has nothing else to do. */
export interface RowReader {
  /** Copies a row to `into` from index `at`: Hounsfield units; floats rounded half to even, all clamped to int16. Throws InputError for a voxel that is not finite. */
  readRow(row: number, into: Int16Array, at: number): void;
  /** The values of a row as stored, little-endian whatever the file's order. */
  readRowBytes(row: number): Uint8Array;
  /** Closes its file. */
  close(): void;
}

/** Chunks along each axis. */
export function chunkGrid(shape: readonly number[], chunk: readonly number[]): number[] {
  return shape.map((size, axis) => Math.ceil(size / chunk[axis]!));
}

/** The number of a place in a grid, the last axis fastest. */
export function numberOf(place: readonly number[], sizes: readonly number[]): number {
  return place.reduce((sum, at, axis) => sum * sizes[axis]! + at, 0);
}

export function product(factors: readonly number[]): number {
  return factors.reduce((result, factor) => result * factor, 1);
}
