import type { JsonObject } from '../wire/protocol.js';

/** Session number (0 = this one), number of the cell, its code. */
type Entry = readonly [session: number, cell: number, code: string];

export interface History {
  add(cell: number, code: string): void;
  /** The content of a history_request -> the entries that it asks for. */
  find(request: JsonObject): unknown[];
}

/** Front ends ask for a thousand; a program that drives a kernel may run millions of cells. */
const NEWEST_ENTRIES = 10_000;

/** The newest cells of this kernel, as Jupyter's history_request reads them (`tail`, `range`, `search`). */
export function createHistory(newest = NEWEST_ENTRIES): History {
  const entries: Entry[] = [];
  return {
    add(cell, code) {
      entries.push([0, cell, code]);
      if (entries.length > newest) entries.shift();
    },
    find({ hist_access_type: access, n, start, stop, pattern, unique, output }) {
      let found = entries;
      if (access === 'range')
        found = found.filter(
          ([, cell]) => cell >= Number(start ?? 0) && cell < Number(stop ?? Number.POSITIVE_INFINITY),
        );
      if (access === 'search') {
        const matcher = globMatcher(String(pattern ?? '*'));
        found = found.filter(([, , code]) => matcher.test(code));
        if (unique === true) found = [...new Map(found.map((entry) => [entry[2], entry])).values()];
      }
      if (access !== 'range' && typeof n === 'number') found = n > 0 ? found.slice(-n) : [];
      return found.map(([session, cell, code]) => [session, cell, output === true ? [code, null] : code]);
    },
  };
}

/** `*` = any text, `?` = any character. */
function globMatcher(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
