import { decimalNumber } from '../../decimal.js';
import { LeftOutError } from './leftOut.js';

const UNKNOWN =
  /^(?:-|N\/A|\[N\/A\]|\[?Not Supported\]?|\[?Unknown Error\]?|\[?Insufficient Permissions\]?|\[?GPU is lost\]?|\[?GPU requires reset\]?|ERR!?|\[ERR!?\]|\[?Not Found\]?|nan|NaN|)$/i;

/** Whether a table's cell says that the value is not known. */
export function isUnknown(cell: string): boolean {
  return UNKNOWN.test(cell);
}

const WITH_UNIT = /^(-?[\d.]+(?:e[-+]?\d+)?)\s*(\D*)$/i;

/** The number before a unit, whatever that is; NaN for other cells. */
export function leadingNumber(cell: string | undefined): number {
  return decimalNumber(WITH_UNIT.exec(cell ?? '')?.[1] ?? '');
}

/** A number with or without its unit, within the bounds; null for a cell that says it is unknown. Throws LeftOutError. */
export function numberCell(
  cell: string | undefined,
  column: string,
  { units, least = 0, most = Number.MAX_VALUE }: { units: readonly string[]; least?: number; most?: number },
): number | null {
  if (cell === undefined || isUnknown(cell)) return null;
  const [, digits, unit] = WITH_UNIT.exec(cell) ?? [];
  const value = digits === undefined ? Number.NaN : decimalNumber(digits);
  if (value >= least && value <= most && (unit === '' || units.includes(unit!))) return value;
  throw new LeftOutError(
    `${column}: expected a number${units.length > 0 ? ` (${units[0]})` : ''}, received ${JSON.stringify(cell.slice(0, 60))}`,
  );
}

/** A whole number: an index, a process's id. Throws LeftOutError. */
export function wholeCell(cell: string | undefined, column: string): number | null {
  if (cell === undefined || isUnknown(cell)) return null;
  if (/^\d{1,10}$/.test(cell)) return Number(cell);
  throw new LeftOutError(`${column}: expected a whole number, received ${JSON.stringify(cell.slice(0, 60))}`);
}

export function textCell(cell: string | undefined): string | null {
  return cell === undefined || isUnknown(cell) ? null : cell;
}

/** Cells between commas, without the blanks around them; a cell in quotes may hold commas. */
export function commaCells(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim());
  return [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain!.trim() : quoted.replaceAll('""', '"'),
  );
}
