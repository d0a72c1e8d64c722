import { closeSync, openSync, readSync } from 'node:fs';
import { InputError } from '../errors.js';
import type { RowIndex } from './rowIndex.js';

/** Temporary. */
export interface RowReader {
  readRow(row: number, into: Int16Array, at: number): void;
  close(): void;
}

export function openRowReader({ path, valuesPerRow, layout }: RowIndex): RowReader {
  const fd = openSync(path, 'r');
  return {
    readRow: (row, into, at) => {
      const bytes = new Uint8Array(into.buffer, into.byteOffset + 2 * at, 2 * valuesPerRow);
      const offset = layout.offset + row * bytes.length;
      const read = readSync(fd, bytes, 0, bytes.length, offset);
      if (read !== bytes.length)
        throw new InputError(
          path,
          `row ${row}: expected ${bytes.length} bytes at byte ${offset}, read ${read}; the file was cut while open`,
        );
    },
    close: () => closeSync(fd),
  };
}
