import { awaitReadable } from '../../awaitReadable.js';
import { InputError } from '../../errors.js';
import { createRandom } from '../../random.js';
import { type ChunkTable, readChunkTable } from './chunkTable.js';
import { originOf, readCachedTable, writeCachedTable } from './chunkTableCache.js';
import { type DatasetHeader, fingerprint, readDatasetHeader } from './datasetHeader.js';
import { asInput, type Dataset, datasetOf, openH5 } from './h5Reader.js';
import { type Hdf5File, UnknownStructure } from './hdf5Bytes.js';
import { withHdf5File } from './hdf5File.js';
import type { StoredLayout } from './hdf5Layout.js';
import { chunkGrid, product, type RowAccess, type RowIndex, type RowLayout } from './rowIndex.js';
import { openRowReader } from './rowReader.js';

/** Rows compared with the library at every open: the first, the last and some between. */
const SAMPLE_ROWS = 5;

/**
 * Finds the bytes of every row of a dataset of the root group, and compares a sample of rows with the HDF5 library. Chunked files
 * leave a cache `<file>.index`. A file that cannot be indexed gives the reason; openRows() reads both. Throws InputError for
 * no HDF5 file, or one cut short.
 * @example
 * const access = await openRowIndex('data/preprocessed/32x32x32-patch.hdf5', 'input');
 * console.log('because' in access ? access.because : `${access.rows} rows: ${access.layout.kind}`);
 */
export async function openRowIndex(path: string, dataset: string): Promise<RowAccess> {
  await awaitReadable(path);
  try {
    const index = withHdf5File(path, (file) => indexOf(file, dataset, true));
    const file = await openH5(path, dataset);
    try {
      const byLibrary = datasetOf(path, file, dataset);
      if (differingRow(byLibrary, index) === undefined) return index;
      // The cache may be to blame.
      const fresh = withHdf5File(path, (again) => indexOf(again, dataset, false));
      const row = differingRow(byLibrary, fresh);
      return row === undefined
        ? fresh
        : { path, dataset, because: `${dataset}: row ${row} is not what the HDF5 library reads` };
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof UnknownStructure) return { path, dataset, because: `${dataset}: ${error.message}` };
    throw error;
  }
}

function indexOf(file: Hdf5File, dataset: string, mayUseCache: boolean): RowIndex {
  const header = readDatasetHeader(file, dataset);
  const { shape, element, fillValue } = header;
  if (shape.length === 0) throw new UnknownStructure('it has no rows but one value');
  const valuesPerRow = product(shape.slice(1));
  const layout = rowLayout(header, shape[0]! * valuesPerRow * element.bytes, (chunked) =>
    chunkTableOf(file, dataset, header, chunked, mayUseCache),
  );
  return { path: file.path, dataset, rows: shape[0]!, valuesPerRow, shape, element, fillValue, layout };
}

function rowLayout(
  { layout, filters }: DatasetHeader,
  bytes: number,
  tableOf: (layout: Chunked) => ChunkTable,
): RowLayout {
  if (layout.kind === 'unwritten') return layout;
  if (layout.kind === 'chunked') return { kind: 'chunked', chunk: layout.chunk, filters, ...tableOf(layout) };
  if (layout.bytes !== bytes)
    throw new UnknownStructure(`${bytes} bytes were expected, its layout says ${layout.bytes}`);
  return { kind: 'contiguous', offset: layout.offset };
}

type Chunked = Extract<StoredLayout, { kind: 'chunked' }>;

function chunkTableOf(
  file: Hdf5File,
  dataset: string,
  header: DatasetHeader,
  layout: Chunked,
  mayUseCache: boolean,
): ChunkTable {
  if (layout.chunk.length !== header.shape.length || !layout.chunk.every((size) => size > 0))
    throw new UnknownStructure('its chunks have another number of axes');
  const chunks = product(chunkGrid(header.shape, layout.chunk));
  const origin = originOf(file.path, dataset, fingerprint(file, header), chunks);
  const cached = mayUseCache ? readCachedTable(file.path, origin) : undefined;
  if (cached !== undefined) return cached;
  const table = readChunkTable(file, header, layout);
  writeCachedTable(file.path, origin, table);
  return table;
}

/**
 * The first of a sample of rows that index and library read differently. A row that neither can read is damaged, which the reader
 * says when its turn comes. Throws InputError for a row that the library alone cannot read: it knows that the file's own index is damaged.
 */
function differingRow(dataset: Dataset, index: RowIndex): number | undefined {
  const random = createRandom('row index');
  const between = Array.from({ length: SAMPLE_ROWS - 2 }, () => random.integer(index.rows));
  const rows = index.rows === 0 ? [] : [...new Set([0, index.rows - 1, ...between])];
  const reader = openRowReader(index);
  try {
    for (const row of rows) {
      const found = attempt(() => reader.readRowBytes(row));
      // The library's LZF breaks off at damaged bytes.
      if (found instanceof Error && isLzf(index)) continue;
      const expected = attempt(() =>
        asInput(index.path, `${index.dataset}: row ${row}`, () => dataset.bytes([row, row + 1])),
      );
      if (found instanceof Error && expected instanceof Error) continue;
      if (expected instanceof Error) throw refusedByLibrary(index, expected);
      if (found instanceof Error || Buffer.compare(found, expected) !== 0) return row;
    }
    return undefined;
  } finally {
    reader.close();
  }
}

function isLzf({ layout }: RowIndex): boolean {
  return layout.kind === 'chunked' && layout.filters.includes('lzf');
}

function refusedByLibrary({ path }: RowIndex, cause: Error): InputError {
  const reason = cause instanceof InputError ? cause.reason : cause.message;
  return new InputError(
    path,
    `${reason}: the file is damaged; copy it again from where it is whole, or crop again`,
    { cause },
  );
}

function attempt(read: () => Uint8Array): Uint8Array | Error {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
