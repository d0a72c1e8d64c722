import { createRandom } from '../random.js';
import { type ChunkTable, readChunkTable } from './chunkTable.js';
import { originOf, readCachedTable, writeCachedTable } from './chunkTableCache.js';
import { type DatasetHeader, fingerprint, readDatasetHeader } from './datasetHeader.js';
import { type Dataset, loadH5 } from './h5.js';
import { type Hdf5File, UnknownStructure, withHdf5File } from './hdf5File.js';
import type { StoredLayout } from './hdf5Layout.js';
import { libraryRowBytes } from './libraryRows.js';
import { chunkGrid, product, type RowAccess, type RowIndex, type RowLayout } from './rowIndex.js';
import { openRowReader } from './rowReader.js';

/** Rows compared with the library at every open: the first, the last and some between. */
const SAMPLE_ROWS = 5;

/**
 * Finds the bytes of every row of a dataset of the root group, and compares a sample of rows with the HDF5 library. Chunked files
 * leave a cache `<file>.index`. A file that cannot be indexed gives the reason; openRows() reads both. Throws InputError for
 * no HDF5 file, or one cut short.
 */
export async function openRowIndex(path: string, dataset: string): Promise<RowAccess> {
  const { File } = await loadH5();
  try {
    const index = withHdf5File(path, (file) => indexOf(file, dataset, true));
    const file = new File(path, 'r');
    try {
      if (differingRow(file.get(dataset) as Dataset, index) === undefined) return index;
      // The cache may be to blame.
      const fresh = withHdf5File(path, (again) => indexOf(again, dataset, false));
      const row = differingRow(file.get(dataset) as Dataset, fresh);
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
 * The first of a sample of rows that index and library read differently. A row that the library cannot read is no difference: it is damaged,
 * which the reader says when its turn comes, or filtered in a way that this library lacks (LZF).
 */
function differingRow(dataset: Dataset, index: RowIndex): number | undefined {
  const random = createRandom('row index');
  const between = Array.from({ length: SAMPLE_ROWS - 2 }, () => random.integer(index.rows));
  const rows = index.rows === 0 ? [] : [...new Set([0, index.rows - 1, ...between])];
  const reader = openRowReader(index);
  try {
    for (const row of rows) {
      const expected = attempt(() => libraryRowBytes(dataset, row));
      if (expected === undefined) continue;
      const found = attempt(() => reader.readRowBytes(row));
      if (found === undefined || Buffer.compare(found, expected) !== 0) return row;
    }
    return undefined;
  } finally {
    reader.close();
  }
}

/** Undefined where it fails. */
function attempt(read: () => Uint8Array): Uint8Array | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
