import { openLibraryRows } from './libraryRows.js';
import type { RowAccess, RowReader } from './rowIndex.js';
import { openRowReader } from './rowReader.js';

/** Opens a reader for one thread: straight from the file where there is an index, else through the HDF5 library. Throws InputError. */
export async function openRows(access: RowAccess): Promise<RowReader> {
  return 'because' in access
    ? openLibraryRows(access.path, access.dataset, access.scale)
    : openRowReader(access);
}
