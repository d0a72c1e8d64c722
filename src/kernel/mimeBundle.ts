import { inspect } from 'node:util';
import { SHOWN_ITEMS, withSummaries } from './arraySummary.js';

/** One output in several forms: mime type -> text, JSON (for types ending in `json`) or bytes. The front end picks the richest. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** A value that says how it looks in a notebook: `[Symbol.for('Jupyter.display')]() { return { 'text/html': … }; }` */
export interface Displayable {
  [key: symbol]: () => MimeBundle;
}

const DISPLAY = Symbol.for('Jupyter.display');
const MIME_TYPE = /^[a-z]+\/[\w.+-]+$/;

/** Turns a value into what Jupyter shows: its own form, a mime bundle as it is, anything else as text. */
export function mimeBundleOf(value: unknown): Record<string, unknown> {
  const form = formOf(value);
  if (form instanceof Promise)
    throw new TypeError(
      'expected the form of the value at once, received a promise: await it before display()',
    );
  return encoded(form);
}

/** As mimeBundleOf; the value may take its time: `async [Symbol.for('Jupyter.display')]()`. */
export function mimeBundleSoon(value: unknown): Record<string, unknown> | Promise<Record<string, unknown>> {
  const form = formOf(value); // not in an async function: see cells.ts on interrupts
  return form instanceof Promise ? form.then(encoded) : encoded(form);
}

function formOf(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    const own: unknown = (value as Record<symbol, unknown>)[DISPLAY];
    if (typeof own === 'function') return own.call(value);
    if (isMimeBundle(value)) return value;
  }
  return { 'text/plain': textOf(value) };
}

const LONGEST_TEXT = 50_000;

/** A value as text, short enough to read: long arrays and strings are cut, cycles are marked. */
export function textOf(value: unknown): string {
  const text = withSummaries(() =>
    inspect(value, { depth: 4, maxArrayLength: SHOWN_ITEMS, maxStringLength: 10_000, breakLength: 100 }),
  );
  if (text.length <= LONGEST_TEXT) return text;
  return `${text.slice(0, LONGEST_TEXT)}\n... ${text.length - LONGEST_TEXT} more characters`;
}

export function isMimeBundle(value: object): value is MimeBundle {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => MIME_TYPE.test(key));
}

/** Bytes travel as base64. */
function encoded(bundle: unknown): Record<string, unknown> {
  if (typeof bundle !== 'object' || bundle === null || !isMimeBundle(bundle))
    throw new TypeError(
      `expected a mime bundle such as { 'text/html': '...' } from [Symbol.for('Jupyter.display')](), received ${textOf(bundle).slice(0, 200)}`,
    );
  return Object.fromEntries(
    Object.entries(bundle).map(([type, content]) => [
      type,
      content instanceof Uint8Array ? Buffer.from(content).toString('base64') : content,
    ]),
  );
}
