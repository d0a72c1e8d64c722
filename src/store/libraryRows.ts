import { InputError } from '../errors.js';
import { type Dataset, loadH5, reasonOf } from './h5.js';
import type { ElementType, RowReader } from './rowIndex.js';
import { decoderOf } from './rowValues.js';

/** HDF5's class of values without meaning: the library then gives their bytes, for types that JavaScript has no array for too. */
const OPAQUE = 5;

/** The little-endian bytes of a row as the library reads them. Throws whatever the library throws. */
export function libraryRowBytes(dataset: Dataset, row: number): Uint8Array {
  return bytesOf(dataset, [row, row + 1]);
}

/** All values of a column of small numbers: rounded and clamped to int16. Throws InputError for a column of others. */
export function libraryColumn(path: string, dataset: Dataset): Int16Array {
  const element = elementOf(dataset);
  if (element === undefined) throw new InputError(path, `expected numbers in ${dataset.path}, found others`);
  const bytes = asInput(path, dataset.path, () => bytesOf(dataset, []));
  const values = new Int16Array(bytes.length / element.bytes);
  decoderOf(element)(bytes, values, 0);
  return values;
}

function bytesOf(dataset: Dataset, rows: [number, number] | []): Uint8Array {
  const metadata = { ...dataset.metadata, type: OPAQUE };
  const asBytes = Object.create(dataset, { metadata: { value: metadata } }) as Dataset;
  const others = (metadata.shape ?? []).slice(1).map((): [] => []);
  return asBytes.slice([rows, ...others]) as unknown as Uint8Array;
}

/** A reader through the HDF5 library, for layouts without an index; a thread has its own. Throws InputError. */
export async function openLibraryRows(path: string, name: string): Promise<RowReader> {
  const { File } = await loadH5();
  const file = asInput(path, 'cannot be opened', () => new File(path, 'r'));
  const dataset = file.get(name) as Dataset | null;
  const element = dataset === null ? undefined : elementOf(dataset);
  if (dataset === null || element === undefined) {
    file.close();
    throw new InputError(path, `expected a dataset ${name} of integers or floats`);
  }
  const decode = decoderOf(element);
  const read = (row: number): Uint8Array => {
    const rows = dataset.shape?.[0] ?? 0;
    if (!Number.isInteger(row) || row < 0 || row >= rows)
      throw new RangeError(`Expected a row from 0 to ${rows - 1}, received ${row}`);
    return asInput(path, `row ${row}`, () => libraryRowBytes(dataset, row));
  };
  return {
    readRow: (row, into, at) => decode(read(row), into, at),
    readRowBytes: read,
    close: () => void file.close(),
  };
}

/** What the library says of the type; undefined for what is no integer or float of 1 to 8 bytes. */
function elementOf({ metadata: { type, size, signed } }: Dataset): ElementType | undefined {
  if (type === 0 && [1, 2, 4, 8].includes(size))
    return { kind: signed ? 'int' : 'uint', bytes: size, bigEndian: false };
  return type === 1 && [2, 4, 8].includes(size)
    ? { kind: 'float', bytes: size, bigEndian: false }
    : undefined;
}

/** What the library throws has no file in it. */
function asInput<T>(path: string, doing: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(path, `${doing}: the HDF5 library cannot read it (${reasonOf(error)})`, {
      cause: error,
    });
  }
}
