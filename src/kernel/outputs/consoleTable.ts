import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { types } from 'node:util';
import { boundedKeys, ownValue } from './boundedKeys.js';
import { cellOf, cellOfValue, SHOWN_COLUMNS, SHOWN_ROWS, sortableTable } from './sortableTable.js';

/** From now on `console.table` shows a table that can be sorted; what it would have printed is the form in text. */
export function showConsoleTables(
  show: (bundle: Record<string, string>) => void,
  target: Console = console,
): void {
  const original = target.table;
  target.table = (data: unknown, columns?: readonly string[]) => {
    const entries = entriesOf(data);
    if (entries === undefined) return original.call(target, data);
    const first = entries.first.map(({ value }) => value);
    const isIndexed = Array.isArray(data) || ArrayBuffer.isView(data);
    const text = printed(isIndexed ? first : data, columns);
    const more =
      isIndexed && entries.rows > first.length ? `... ${entries.rows - first.length} more rows\n` : '';
    show({ 'text/html': htmlOf(entries, columns), 'text/plain': `${text}${more}`.trimEnd() });
  };
}

interface Entries {
  /** The first ones. */
  readonly first: readonly { readonly heading: string; readonly value: unknown }[];
  readonly rows: number;
}

/** Rows of what `console.table` takes: a list, a map, a set, an object; undefined for all else. */
function entriesOf(data: unknown): Entries | undefined {
  if (typeof data !== 'object' || data === null || types.isProxy(data)) return undefined;
  if (data instanceof Map || data instanceof Set) {
    const first: { heading: string; value: unknown }[] = [];
    for (const [key, value] of data.entries()) {
      if (first.length === SHOWN_ROWS) break;
      first.push({ heading: data instanceof Set ? String(first.length) : cellOfValue(key).text, value });
    }
    return { first, rows: data.size };
  }
  const { keys, more } = boundedKeys(data, SHOWN_ROWS);
  const named = keys.filter((key) => typeof key === 'string');
  const first = named.map((key) => ({ heading: key, value: ownValue(data, key) }));
  const isList = Array.isArray(data) || (ArrayBuffer.isView(data) && !(data instanceof DataView));
  return { first, rows: isList ? (data as ArrayLike<unknown>).length : first.length + more };
}

const VALUES = 'Values';

function htmlOf({ first, rows }: Entries, chosen: readonly string[] | undefined): string {
  const keysOf = (value: unknown): string[] =>
    isRow(value) ? boundedKeys(value, 2 * SHOWN_COLUMNS).keys.filter((key) => typeof key === 'string') : [];
  const found = [...new Set(first.flatMap(({ value }) => keysOf(value)))];
  const hasValues = first.some(({ value }) => !isRow(value));
  const columns = chosen ?? [...found, ...(hasValues ? [VALUES] : [])];
  const cellIn = (value: unknown, column: string) => {
    if (isRow(value)) return cellOf(value, column);
    return column === VALUES && hasValues ? cellOfValue(value) : cellOfValue('');
  };
  const lines = first.map(({ heading, value }) => ({
    heading,
    cells: columns.slice(0, SHOWN_COLUMNS).map((column) => cellIn(value, column)),
  }));
  return sortableTable({ columns, lines, rows });
}

function isRow(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !types.isProxy(value);
}

/** What Node's own console prints. */
function printed(data: unknown, columns: readonly string[] | undefined): string {
  let text = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  new Console({ stdout, stderr: stdout }).table(data, columns);
  return text;
}
