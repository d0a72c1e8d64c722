import { awaitReadable } from '../../awaitReadable.js';
import { openLibraryRows } from './libraryRows.js';
import type { RowAccess, RowReader } from './rowIndex.js';
import { openRowReader } from './rowReader.js';

/**
 * Opens a reader for one thread: straight from the file where there is an index, else through the HDF5 library. Throws InputError.
 * @example
 * const access = await openRowIndex('data/preprocessed/32x32x32-patch.hdf5', 'input'); // for any thread
 * const rows = await openRows(access);
 * rows.readRowBytes(7).length //=> 65536
 * rows.close();
 */
export async function openRows(access: RowAccess): Promise<RowReader> {
  await awaitReadable(access.path);
  return 'because' in access
    ? openLibraryRows(access.path, access.dataset, access.scale)
    : openRowReader(access);
}
