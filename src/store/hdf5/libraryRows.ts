import { InputError } from '../../errors.js';
import { dtypeName, isBool } from './datasetDescription.js';
import { checkFilters, filterName, filtersOf } from './filterNames.js';
import type { Metadata } from './h5.js';
import { asInput, type Dataset, datasetOf, type H5File, openH5 } from './h5Reader.js';
import type { ElementType, RowReader, ValueScale } from './rowIndex.js';
import { decoderOf, numbersIn, requireFinite } from './rowValues.js';

/** HDF5's padding of strings with spaces. */
const SPACES = 2;

/** The numbers of rows [from, to), one row behind the other. Throws InputError for others than numbers. */
export function libraryNumbers(path: string, dataset: Dataset, rows: [number, number]): Float64Array {
  const element = numbersOf(path, dataset);
  return numbersIn(
    element,
    asInput(path, nameOf(dataset), () => dataset.bytes(rows)),
  );
}

/** The strings of rows [from, to) of a column of one string a row. Throws InputError. */
export function libraryStrings(path: string, dataset: Dataset, rows: [number, number]): string[] {
  const others = (dataset.shape ?? []).slice(1).map((): [] => []);
  const strings = asInput(path, nameOf(dataset), () => dataset.slice([rows, ...others]) as string[]);
  // Fortran's strings are filled up with spaces.
  return dataset.metadata.strpad === SPACES ? strings.map((each) => each.trimEnd()) : strings;
}

function numbersOf(path: string, dataset: Dataset): ElementType {
  const element = elementOf(dataset.metadata);
  if (element === undefined)
    throw new InputError(
      path,
      `${nameOf(dataset)}: expected integers or floats, found ${dtypeName(dataset.metadata)}`,
    );
  return element;
}

/** Of the root group. */
function nameOf({ path }: Dataset): string {
  return path.replace(/^\//, '');
}

/** A reader through the HDF5 library, for layouts without an index; a thread has its own. Throws InputError. */
export async function openLibraryRows(path: string, name: string, scale?: ValueScale): Promise<RowReader> {
  const file = await openH5(path, name);
  try {
    return asInput(path, name, () => readerOf(path, file, name, scale));
  } catch (error) {
    file.close();
    throw error;
  }
}

function readerOf(path: string, file: H5File, name: string, scale: ValueScale | undefined): RowReader {
  const dataset = datasetOf(path, file, name);
  const element = numbersOf(path, dataset);
  const filters = filtersOf(dataset);
  checkFilters(path, name, filters);
  const filtered =
    filters.length === 0 ? '' : ` of chunks that are filtered by ${filters.map(filterName).join(', ')}`;
  const decode = decoderOf(element, scale);
  const rows = dataset.shape?.[0] ?? 0;
  const read = (row: number): Uint8Array => {
    if (!Number.isInteger(row) || row < 0 || row >= rows)
      throw new RangeError(`Expected a row from 0 to ${rows - 1}, received ${row}`);
    return asInput(path, `${name}: row ${row}${filtered}`, () => dataset.bytes([row, row + 1]));
  };
  return {
    readRow: (row, into, at) => requireFinite(path, row, decode(read(row), into, at)),
    readRowBytes: read,
    close: () => file.close(),
  };
}

/** What the library says of the type, a bool being a byte of 0 or 1; undefined for what is no integer or float of 1 to 8 bytes. */
export function elementOf(metadata: Metadata): ElementType | undefined {
  const { type, size, signed } = metadata;
  if (isBool(metadata) || (type === 0 && [1, 2, 4, 8].includes(size)))
    return { kind: signed ? 'int' : 'uint', bytes: size, bigEndian: false };
  return type === 1 && [2, 4, 8].includes(size)
    ? { kind: 'float', bytes: size, bigEndian: false }
    : undefined;
}
