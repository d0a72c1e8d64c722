import { readChunkTable } from './chunkTable.js';
import { readDatasetHeader } from './datasetHeader.js';
import { globalHeap, REFERENCE_BYTES, VARIABLE_LENGTH } from './globalHeap.js';
import { type Hdf5File, UnknownStructure } from './hdf5Bytes.js';
import { withKnownHdf5File } from './hdf5File.js';
import { type ElementType, product, type RowIndex } from './rowIndex.js';
import { openRowReader } from './rowReader.js';

/** As which references are read. */
const WORD: ElementType = { kind: 'uint', bytes: 8, bigEndian: false };
const WORDS = REFERENCE_BYTES / WORD.bytes;

/**
 * Rows [from, to) of a column of texts of variable length, one a row, straight from the file and without the HDF5 library, which
 * does not come back from some damaged files. Undefined for a layout that is not understood. Throws InputError for what is damaged.
 */
export function readTexts(
  path: string,
  dataset: string,
  [from, to]: readonly [number, number],
): string[] | undefined {
  return withKnownHdf5File(path, (file) => {
    const reader = openRowReader(indexOf(file, dataset));
    const textOf = globalHeap(file);
    try {
      return Array.from({ length: to - from }, (_, row) => {
        const bytes = textOf(Buffer.from(reader.readRowBytes(from + row)));
        const end = bytes.indexOf(0);
        return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
      });
    } finally {
      reader.close();
    }
  });
}

/** A reference is read as two words. */
function indexOf(file: Hdf5File, dataset: string): RowIndex {
  const header = readDatasetHeader(file, dataset, referenceOf);
  const { shape, layout, filters } = header;
  const [rows = 0, ...axes] = shape;
  if (product(axes) !== 1 || filters.includes('shuffle'))
    throw new UnknownStructure('it is no column of texts');
  const words = {
    ...{ path: file.path, dataset, rows, valuesPerRow: WORDS, shape: [...shape, WORDS] },
    ...{ element: WORD, fillValue: new Uint8Array(WORD.bytes) },
  };
  if (layout.kind === 'unwritten') return { ...words, layout };
  if (layout.kind !== 'chunked') {
    if (layout.bytes !== rows * REFERENCE_BYTES)
      throw new UnknownStructure('its layout has other bytes than its rows');
    return { ...words, layout: { kind: 'contiguous', offset: layout.offset } };
  }
  const table = readChunkTable(file, header, layout);
  return { ...words, layout: { kind: 'chunked', chunk: [...layout.chunk, WORDS], filters, ...table } };
}

function referenceOf(type: Buffer): ElementType {
  if ((type[0]! & 15) !== VARIABLE_LENGTH || type.readUInt32LE(4) !== REFERENCE_BYTES)
    throw new UnknownStructure('its texts are not of variable length');
  return { ...WORD, bytes: REFERENCE_BYTES };
}
