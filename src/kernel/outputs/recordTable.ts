import { types } from 'node:util';
import { boundedKeys, ownValue } from './boundedKeys.js';
import { cellOf, SHOWN_COLUMNS, SHOWN_ROWS, sortableTable } from './sortableTable.js';

/** A list whose records hold other records reads better as text. */
const LEAST_PLAIN = 0.7;

/** A list of records (objects with the same few keys) as a table that is sorted by a click on a heading; empty for all else. */
export function recordTable(value: object): { 'text/html'?: string } {
  const rows = rowsOf(value);
  if (rows === undefined) return {};
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.slice(0, SHOWN_COLUMNS).map((column) => cellOf(row, column)));
  const plain = cells.flat().filter(({ isPlain }) => isPlain).length;
  if (columns.length === 0 || columns.length > 2 * SHOWN_COLUMNS || plain < LEAST_PLAIN * cells.flat().length)
    return {};
  const lines = cells.map((line, at) => ({ heading: String(at), cells: line }));
  return { 'text/html': sortableTable({ columns, lines, rows: (value as readonly unknown[]).length }) };
}

/** The first records; undefined where the value is no list of them. */
function rowsOf(value: object): readonly object[] | undefined {
  if (!Array.isArray(value) || types.isProxy(value) || value.length < 2) return undefined;
  const rows: object[] = [];
  for (let at = 0; at < Math.min(SHOWN_ROWS, value.length); at++) {
    const row = ownValue(value, at);
    if (typeof row !== 'object' || row === null || types.isProxy(row) || !isRecord(row)) return undefined;
    rows.push(row);
  }
  return rows;
}

function isRecord(row: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(row);
  if (prototype !== null && prototype !== Object.prototype) return false;
  const { keys, more } = boundedKeys(row, 2 * SHOWN_COLUMNS);
  return more === 0 && keys.every((key) => typeof key === 'string');
}
