import { inspect } from 'node:util';

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
  if (typeof value === 'object' && value !== null) {
    const own: unknown = (value as Record<symbol, unknown>)[DISPLAY];
    if (typeof own === 'function') return encoded(own.call(value));
    if (isMimeBundle(value)) return encoded(value);
  }
  return { 'text/plain': textOf(value) };
}

/** A value as text, short enough to read: long arrays and strings are cut, cycles are marked. */
export function textOf(value: unknown): string {
  return inspect(value, { depth: 4, maxArrayLength: 20, maxStringLength: 10_000, breakLength: 100 });
}

export function isMimeBundle(value: object): value is MimeBundle {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => MIME_TYPE.test(key));
}

/** Bytes travel as base64. */
function encoded(bundle: MimeBundle): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, content]) => [
      type,
      content instanceof Uint8Array ? Buffer.from(content).toString('base64') : content,
    ]),
  );
}
