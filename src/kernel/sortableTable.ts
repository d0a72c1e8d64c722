import { randomUUID } from 'node:crypto';
import { types } from 'node:util';
import { escaped } from '../figures/drawing/markup.js';
import { textOf } from './valueText.js';

/** Rows and columns of a table that are shown. */
export const SHOWN_ROWS = 100;
export const SHOWN_COLUMNS = 30;
const LONGEST_CELL = 80;

export interface TableCell {
  readonly text: string;
  readonly isNumber: boolean;
  /** No object, so that nothing is lost in a line of text. */
  readonly isPlain: boolean;
}

export interface Table {
  /** All of them; the first ones are shown. */
  readonly columns: readonly string[];
  /** The first rows: heading, and a cell for each column that is shown. */
  readonly lines: readonly { readonly heading: string; readonly cells: readonly TableCell[] }[];
  /** In all. */
  readonly rows: number;
}

const EMPTY: TableCell = { text: '', isNumber: false, isPlain: true };

/** A member of an object as a cell. Calls no getter. */
export function cellOf(row: object, key: string): TableCell {
  if (types.isProxy(row)) return EMPTY;
  const found = Object.getOwnPropertyDescriptor(row, key);
  if (found === undefined) return EMPTY;
  return 'value' in found ? cellOfValue(found.value) : { ...EMPTY, text: '[Getter]' };
}

export function cellOfValue(value: unknown): TableCell {
  const text = typeof value === 'string' ? value.slice(0, LONGEST_CELL + 1) : textOf(value);
  return {
    text: shortened(text),
    isNumber: typeof value === 'number' || typeof value === 'bigint',
    isPlain: typeof value !== 'object' || value === null || value instanceof Date,
  };
}

function shortened(text: string): string {
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}...` : text;
}

/** A table that is sorted by a click on a heading, also in a saved page; a line below says how large it is, and what of it is shown. */
export function sortableTable({ columns, lines, rows }: Table): string {
  const id = `voxlab-records-${randomUUID()}`;
  const shown = columns.slice(0, SHOWN_COLUMNS);
  const heads = shown.map(
    (column) =>
      `<th scope="col" tabindex="0" style="cursor: pointer" title="sort by this column">${escaped(shortened(column))}</th>`,
  );
  const body = lines.map(
    ({ heading, cells }) =>
      `<tr><th scope="row">${escaped(shortened(heading))}</th>${cells.map(({ text, isNumber }) => `<td${isNumber ? ' style="text-align: right"' : ''}>${escaped(text)}</td>`).join('')}</tr>`,
  );
  const size = `${rows} ${rows === 1 ? 'row' : 'rows'} x ${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`;
  const cut = [
    ...(rows > lines.length ? [`the first ${lines.length} of ${rows} rows`] : []),
    ...(columns.length > shown.length ? [`the first ${shown.length} of ${columns.length} columns`] : []),
  ];
  const table = `<table><thead><tr><th scope="col" tabindex="0" style="cursor: pointer" title="the order as it came" aria-label="row"></th>${heads.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
  return `<div id="${id}" class="voxlab-records" role="region" aria-label="table, ${size}" tabindex="0" data-lm-suppress-shortcuts="true" style="overflow: auto; max-height: 480px">${table}</div><p>${cut.length === 0 ? size : cut.join(', ')}</p><script>(${SORTING})(${JSON.stringify(id)})</script>`;
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
