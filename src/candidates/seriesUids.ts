import { InputError } from '../errors.js';
import { csvColumns, readCsvTable, readText, uidCell } from './csvTable.js';

/**
 * The series of a list, one uid a line as in LUNA16's seriesuids.csv; a header `seriesuid`, quotes, a byte order mark, CRLF and
 * empty lines are fine. Of a table with further columns, its column seriesuid. Throws InputError, with the line, for a series
 * given twice and for a line with more than a uid, and for a list without any.
 */
export function readSeriesUids(file: string): readonly string[] {
  const lines = new Map<string, number>();
  for (const { uid, line } of rowsOf(file)) {
    const before = lines.get(uid);
    if (before !== undefined)
      throw new InputError(
        file,
        `expected each series once, received ${uid} twice (first in line ${before}): delete one of the lines`,
        { line },
      );
    lines.set(uid, line);
  }
  if (lines.size === 0) throw new InputError(file, 'expected series uids, one a line, received none');
  return [...lines.keys()];
}

function rowsOf(file: string): readonly { readonly uid: string; readonly line: number }[] {
  const text = readText(file);
  const header = csvColumns(file, text);
  if (header.includes('seriesuid') && (header.length > 1 || /^"?sep=/i.test(text)))
    return Array.from(readCsvTable(file, ['seriesuid']), (row) => ({
      uid: uidCell(row, file),
      line: row.line,
    }));
  return text
    .split('\n')
    .map((written, index) => ({ uid: uidOf(written, file, index + 1), line: index + 1 }))
    .filter(({ uid }) => uid !== '' && uid !== 'seriesuid');
}

/** Without quotes, and without the separator that a spreadsheet leaves at the line's end. */
function uidOf(text: string, file: string, line: number): string {
  const uid = text
    .trim()
    .replace(/[,;\t]+$/, '')
    .replace(/^"(.*)"$/, '$1')
    .trim();
  if (/[,;\t"]/.test(uid))
    throw new InputError(
      file,
      `expected one series uid a line, received ${JSON.stringify(uid.slice(0, 80))}: a table of more columns needs a header with seriesuid`,
      { line },
    );
  return uid;
}
