import { UsageError } from '../errors.js';

/** The rows that --rows names, of a file of so many: `all`, or numbers with commas. Throws UsageError. */
export function rowList(text: string, rows: number): number[] {
  if (text === 'all') return Array.from({ length: rows }, (_, row) => row);
  return text.split(',').map((part) => {
    const row = /^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN;
    if (!(row < rows))
      throw new UsageError(
        `--rows: expected all or numbers from 0 to ${rows - 1}, received ${JSON.stringify(part)}`,
      );
    return row;
  });
}
