import { randomUUID } from 'node:crypto';
import { types } from 'node:util';
import { escaped } from '../figures/markup.js';
import { boundedKeys } from './boundedKeys.js';
import { textOf } from './valueText.js';

/** Rows of a table that are shown. */
const SHOWN_ROWS = 100;
const SHOWN_COLUMNS = 30;
const LONGEST_CELL = 80;
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
  return { 'text/html': markup(columns, cells, (value as readonly unknown[]).length) };
}

/** The first records; undefined where the value is no list of them. */
function rowsOf(value: object): readonly object[] | undefined {
  if (!Array.isArray(value) || types.isProxy(value) || value.length < 2) return undefined;
  const rows: object[] = [];
  for (let at = 0; at < Math.min(SHOWN_ROWS, value.length); at++) {
    const row: unknown = Object.getOwnPropertyDescriptor(value, at)?.value;
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

interface Cell {
  readonly text: string;
  readonly isNumber: boolean;
  /** No object, so that nothing is lost in a line of text. */
  readonly isPlain: boolean;
}

function cellOf(row: object, column: string): Cell {
  const found = Object.getOwnPropertyDescriptor(row, column);
  if (found === undefined) return { text: '', isNumber: false, isPlain: true };
  if (!('value' in found)) return { text: '[Getter]', isNumber: false, isPlain: true };
  const value: unknown = found.value;
  const text = typeof value === 'string' ? value.slice(0, LONGEST_CELL + 1) : textOf(value);
  return {
    text: text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}...` : text,
    isNumber: typeof value === 'number' || typeof value === 'bigint',
    isPlain: typeof value !== 'object' || value === null || value instanceof Date,
  };
}

function markup(columns: readonly string[], cells: readonly (readonly Cell[])[], rows: number): string {
  const id = `voxlab-records-${randomUUID()}`;
  const shown = columns.slice(0, SHOWN_COLUMNS);
  const heads = shown.map(
    (column) =>
      `<th scope="col" tabindex="0" style="cursor: pointer" title="sort by this column">${escaped(column.slice(0, LONGEST_CELL))}</th>`,
  );
  const lines = cells.map(
    (line, at) =>
      `<tr><th scope="row">${at}</th>${line.map(({ text, isNumber }) => `<td${isNumber ? ' style="text-align: right"' : ''}>${escaped(text)}</td>`).join('')}</tr>`,
  );
  const said = [
    ...(rows > cells.length ? [`the first ${cells.length} of ${rows} rows`] : []),
    ...(columns.length > shown.length ? [`the first ${shown.length} of ${columns.length} columns`] : []),
  ];
  return `<div id="${id}" style="overflow-x: auto"><table><thead><tr><th scope="col" tabindex="0" style="cursor: pointer" title="the order as it came"></th>${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table>${said.length === 0 ? '' : `<p>${said.join(', ')}</p>`}</div><script>(${SORTING})(${JSON.stringify(id)})</script>`;
}

/** Runs in the page. A notebook may show an output in several places, so it looks for all of them. */
const SORTING = `(id) => {
  for (const place of document.querySelectorAll('[id="' + id + '"]')) {
    if (place.dataset.sortable) continue;
    place.dataset.sortable = 'yes';
    const body = place.querySelector('tbody');
    const heads = [...place.querySelectorAll('thead th')];
    const sort = (column) => {
      const down = heads[column].getAttribute('aria-sort') === 'ascending';
      for (const head of heads) head.removeAttribute('aria-sort');
      heads[column].setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const text = (row) => row.children[column].textContent;
      const compare = (a, b) => {
        const [x, y] = [text(a), text(b)];
        if (x === '' || y === '') return (x === '') - (y === '');
        const order = x - y;
        return (Number.isNaN(order) ? x.localeCompare(y) : order) * (down ? -1 : 1);
      };
      body.append(...[...body.rows].sort(compare));
    };
    heads.forEach((head, column) => {
      head.addEventListener('click', () => sort(column));
      head.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter') return;
        event.stopPropagation();
        sort(column);
      });
    });
  }
}`;
