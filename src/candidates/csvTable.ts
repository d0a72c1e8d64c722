import { readFileSync } from 'node:fs';
import { decimalNumber } from '../decimal.js';
import { InputError } from '../errors.js';
import { cannotRead } from '../paths.js';
import type { Vector3 } from '../volumes/voxels/volume.js';

/** A row of a table: its cells under the columns that were asked for, and its line in the file (from 1). */
export interface CsvRow<Column extends string> {
  readonly cells: Readonly<Record<Column, string>>;
  readonly line: number;
  /** The table's own names of columns, where they differ. */
  readonly names: ColumnNames<Column>;
  /** Of a table whose columns are separated by semicolons: its numbers may have decimal commas. */
  readonly decimals?: Decimals;
}

/** How the first number with decimals of a table is written; all others must be written so. */
interface Decimals {
  mark?: ',' | '.';
  line: number;
}

export type ColumnNames<Column extends string> = Readonly<Partial<Record<Column, string>>>;

/**
 * Rows of a table (RFC 4180) with a header line, separated by the one of comma, semicolon and tab that gives the columns, or that a
 * first line `sep=;` names. Columns are found by name, in any order; further ones are left alone; a byte order mark, any line ends,
 * quotes, empty lines and separators without a cell behind them are fine. What is `asked` for may hang on the columns that there are; `names` says
 * which of them the table calls otherwise, `remedy` what to do where one is missing.
 * Throws InputError with file and line for a missing or double column and for a row with another number of cells.
 */
export function* readCsvTable<Column extends string>(
  file: string,
  asked: readonly Column[] | ((there: readonly string[]) => readonly Column[]),
  names: ColumnNames<Column> = {} as ColumnNames<Column>,
  remedy?: (header: readonly string[]) => string,
): Generator<CsvRow<Column>> {
  const text = readText(file);
  const columns = typeof asked === 'function' ? asked(csvColumns(file, text)) : asked;
  const wanted = columns.map((column) => names[column] ?? column);
  let indexes: readonly number[] | undefined;
  let width = 0;
  let namedWidth = 0;
  const separator = separatorOf(text, file, wanted);
  const decimals: Pick<CsvRow<Column>, 'decimals'> = separator === ';' ? { decimals: { line: 0 } } : {};
  for (const { cells, line } of csvLines(text, file, separator)) {
    if (indexes === undefined) {
      indexes = columnIndexes(cells, wanted, file, line, remedy);
      width = cells.length;
      namedWidth = cells.findLastIndex((name) => name.trim() !== '') + 1;
      continue;
    }
    if (cells.length < namedWidth || cells.slice(width).some((cell) => cell.trim() !== ''))
      throw new InputError(
        file,
        `expected ${width} cells as in the header, received ${cells.length}${separator === ',' && cells.length > width ? '; a table with decimal commas needs semicolons between its columns' : ''}`,
        { line },
      );
    const named = {} as Record<Column, string>;
    for (let i = 0; i < columns.length; i++) named[columns[i]!] = cells[indexes[i]!]!;
    yield { cells: named, line, names, ...decimals };
  }
  if (indexes === undefined)
    throw new InputError(file, `expected a header line with ${wanted.join(', ')}, received an empty file`);
}

/** The names in a table's header line, for tables in which some columns may be missing. Throws InputError as readCsvTable(). */
export function csvColumns(file: string, text = readText(file)): readonly string[] {
  return headerOf(text, file, separatorOf(text, file, ['seriesuid', ...CENTER_COLUMNS])).map((name) =>
    name.trim(),
  );
}

const DECIMAL_COMMA = /^[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d+)?$/i;

/** A cell as a finite number. Throws InputError with file, line, column and value. */
export function numberCell<Column extends string>(
  { cells, line, names, decimals }: CsvRow<Column>,
  column: Column,
  file: string,
): number {
  const refuse = (expected: string): InputError =>
    new InputError(
      file,
      `${names[column] ?? column}: expected ${expected}, received ${shown(cells[column])}`,
      {
        line,
      },
    );
  const text = cells[column].trim();
  const hasComma = text.includes(',') && DECIMAL_COMMA.test(text);
  if (hasComma && decimals === undefined)
    throw refuse('a number (with decimal commas a table needs semicolons between its columns)');
  const value = decimalNumber(hasComma ? text.replace(',', '.') : text);
  if (Number.isNaN(value)) throw refuse('a number');
  if (decimals !== undefined && !isWrittenAlike(decimals, text, line))
    throw refuse(
      `a number with a decimal ${decimals.mark === ',' ? 'comma' : 'point'} as in line ${decimals.line}`,
    );
  return value;
}

/** Takes note of the first mark. */
function isWrittenAlike(decimals: Decimals, text: string, line: number): boolean {
  const mark = /[.,]/.exec(text)?.[0] as Decimals['mark'];
  if (mark === undefined) return true;
  if (decimals.mark === undefined) Object.assign(decimals, { mark, line });
  return mark === decimals.mark;
}

/** LUNA16's columns of a world position (LPS, mm). */
export const CENTER_COLUMNS = ['coordX', 'coordY', 'coordZ'] as const;

export function centerOf(row: CsvRow<(typeof CENTER_COLUMNS)[number]>, file: string): Vector3 {
  return [numberCell(row, 'coordX', file), numberCell(row, 'coordY', file), numberCell(row, 'coordZ', file)];
}

/** A series uid. Throws InputError for an empty cell. */
export function uidCell(row: CsvRow<'seriesuid'>, file: string): string {
  const uid = row.cells.seriesuid.trim();
  if (uid === '')
    throw new InputError(file, 'seriesuid: expected a series uid, received an empty cell', {
      line: row.line,
    });
  return uid;
}

/** A table's text without its byte order mark. Throws InputError for a file that cannot be read, and for one that is no UTF-8 text. */
export function readText(file: string): string {
  let bytes: Buffer;
  let text: string;
  try {
    bytes = readFileSync(file);
    text = bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .replaceAll(/\r\n?/g, '\n');
  } catch (error) {
    throw cannotRead(file, 'a table', error);
  }
  if (/^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2)))
    throw new InputError(file, 'expected text in UTF-8, received UTF-16; save the table as UTF-8', {
      line: 1,
    });
  const nul = text.indexOf('\0');
  if (nul >= 0)
    throw new InputError(
      file,
      'expected text in UTF-8, received a byte 0: the table is no text or is corrupt',
      {
        line: text.slice(0, nul).split('\n').length,
      },
    );
  return text;
}

/** A part of a table as a message shows it: quoted, and no longer than a line may be. */
function shown(text: string): string {
  return JSON.stringify(cutShort(text, 80));
}

function cutShort(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}

const SEPARATORS = [',', ';', '\t'] as const;
type Separator = (typeof SEPARATORS)[number];

/** A first line in which Excel says by what the columns are separated. */
const SEPARATOR_LINE = /^"?sep=([,;\t])"?\n/i;

/** The one that the table names, else the one that gives most of the columns; a comma where none gives more. */
function separatorOf(text: string, file: string, wanted: readonly string[]): Separator {
  const named = SEPARATOR_LINE.exec(text)?.[1];
  if (named !== undefined) return named as Separator;
  const found = (separator: Separator): number => {
    const header = headerOf(text, file, separator).map((name) => name.trim());
    return wanted.filter((name) => header.includes(name)).length;
  };
  const counts = new Map(SEPARATORS.map((separator) => [separator, found(separator)]));
  return SEPARATORS.toSorted((a, b) => counts.get(b)! - counts.get(a)!)[0]!;
}

function columnIndexes(
  header: readonly string[],
  columns: readonly string[],
  file: string,
  line: number,
  remedy: ((header: readonly string[]) => string) | undefined,
): readonly number[] {
  const names = header.map((name) => name.trim());
  return columns.map((column) => {
    const index = names.indexOf(column);
    if (index < 0)
      throw new InputError(
        file,
        `expected a column ${column}, received ${shown(names.join(', ')).slice(1, -1)}${remedy === undefined ? '' : `; ${cutShort(remedy(names), 160)}`}`,
        { line },
      );
    if (names.indexOf(column, index + 1) >= 0)
      throw new InputError(file, `expected one column ${column}, received several`, { line });
    return index;
  });
}

/** Empty where quotes and separator do not go together. */
function headerOf(text: string, file: string, separator: Separator): readonly string[] {
  try {
    return csvLines(text, file, separator).next().value?.cells ?? [];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/** Cells line by line; lines without a quote take the short way. */
function* csvLines(
  text: string,
  file: string,
  separator: Separator,
): Generator<{ cells: string[]; line: number }, undefined> {
  let at = SEPARATOR_LINE.exec(text)?.[0].length ?? 0;
  for (let line = at === 0 ? 1 : 2; at < text.length; line++) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const content = text.slice(at, end);
    at = end + 1;
    if (content.trim() === '') continue;
    const isQuoted = content.includes('"');
    yield { cells: isQuoted ? quotedCells(content, file, line, separator) : content.split(separator), line };
  }
}

/** A tab is a space, too. */
const CELLS: Readonly<Record<Separator, RegExp>> = {
  ',': /\s*"((?:[^"]|"")*)"\s*(,|$)|([^,"]*)(,|$)/y,
  ';': /\s*"((?:[^"]|"")*)"\s*(;|$)|([^;"]*)(;|$)/y,
  '\t': / *"((?:[^"]|"")*)" *(\t|$)|([^\t"]*)(\t|$)/y,
};

/**
 * Cells of a line with quotes; a quote inside a quoted cell is doubled. A cell ends in its line: else a forgotten quote would make
 * one cell of all rows up to the next quote, and nobody would miss them.
 */
function quotedCells(content: string, file: string, line: number, separator: Separator): string[] {
  const cells: string[] = [];
  const cell = CELLS[separator];
  for (let at = 0; ; at = cell.lastIndex) {
    cell.lastIndex = at;
    const match = cell.exec(content);
    if (match === null)
      throw new InputError(
        file,
        `expected quotes that are closed in the same line, with a separator behind them, received ${content.slice(at, at + 40)}`,
        { line },
      );
    cells.push(match[1]?.replaceAll('""', '"') ?? match[3]!);
    if ((match[2] ?? match[4]) === '') return cells;
  }
}
