/**
 * Rows of a dataset of any HDF5 file, straight from the file, in as many threads as there are: an index says
 * where the bytes of each row lie, and is plain data in shared memory. What no index can describe, the HDF5 library reads.
 * @module voxlab/hdf5
 */
export * from '../errors.js';
export { openRowIndex } from '../store/hdf5/openRowIndex.js';
export { openRows } from '../store/hdf5/openRows.js';
export type {
  ElementType,
  FilterName,
  RowAccess,
  RowIndex,
  RowLayout,
  RowReader,
  UnindexedRows,
  ValueScale,
} from '../store/hdf5/rowIndex.js';
