import { CELL_PREFIX, parsed } from './cellDiagnostics.js';
import type { Ts } from './compiler.js';

/** Jupyter's answer to "may this code run, or is a further line coming?" */
export type Completeness = { status: 'complete' | 'invalid' } | { status: 'incomplete'; indent: string };

/** Codes of errors that a further line can mend wherever they stand: unterminated template, unterminated comment. */
const OPEN_ENDED = new Set([1160, 1010]);
/** An unterminated string ends with its line, also where that is the last one. */
const UNTERMINATED_STRING = 1002;

export function completenessOf(ts: Ts, code: string): Completeness {
  const [error] = parsed(ts, CELL_PREFIX + code).parseDiagnostics;
  if (error === undefined) return { status: 'complete' };
  if (error.code === UNTERMINATED_STRING) return { status: 'invalid' };
  const atEnd = error.start - CELL_PREFIX.length >= code.trimEnd().length || OPEN_ENDED.has(error.code);
  return atEnd ? { status: 'incomplete', indent: nextIndent(code) } : { status: 'invalid' };
}

function nextIndent(code: string): string {
  const last = code.trimEnd().split('\n').at(-1) ?? '';
  const present = /^\s*/.exec(last)![0];
  return /[{([]\s*$/.test(last) ? `${present}  ` : present;
}
