import { types } from 'node:util';
import { type BoundedKeys, boundedKeys, ownValue } from './boundedKeys.js';
import { gridForm } from './gridForm.js';
import { recordTable } from './recordTable.js';
import { textOf } from './valueText.js';

/** One output in several forms: mime type -> text, JSON (for types ending in `json`) or bytes. The front end picks the richest. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** A value that says how it looks in a notebook: `[Symbol.for('Jupyter.display')]() { return { 'text/html': … }; }` */
export interface Displayable {
  [key: symbol]: () => MimeBundle;
}

const DISPLAY = Symbol.for('Jupyter.display');
/** What a value has under this symbol names its outputs: they can be changed later, by `update_display_data`. */
export const DISPLAY_ID = Symbol.for('voxlab.displayId');
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
  if (typeof value !== 'object' || value === null) return { 'text/plain': textOf(value) };
  const own = ownFormOf(value);
  if (own !== undefined) return own.call(value);
  const keys = keysOfBundle(value);
  if (keys !== undefined && areMimeTypes(keys)) return value;
  return gridForm(value) ?? { 'text/plain': textOf(value, keys), ...recordTable(value) };
}

/** A value whose properties cannot be read (a proxy, a getter) has no form of its own. */
function ownFormOf(value: object): (() => unknown) | undefined {
  try {
    const own: unknown = (value as Record<symbol, unknown>)[DISPLAY];
    return typeof own === 'function' ? (own as () => unknown) : undefined;
  } catch {
    return undefined;
  }
}

/** The name of the outputs that show a value, where it has one. */
export function displayIdOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined;
  const id = ownValue(value, DISPLAY_ID);
  return typeof id === 'string' ? id : undefined;
}

/** The keys of a value that might be a mime bundle. Lists, buffers and maps are none, and listing their keys takes long. */
function keysOfBundle(value: object): BoundedKeys | undefined {
  if (types.isProxy(value) || Array.isArray(value) || ArrayBuffer.isView(value)) return undefined;
  if (types.isStringObject(value)) return undefined;
  return boundedKeys(value);
}

function areMimeTypes({ keys, more }: BoundedKeys): boolean {
  return more === 0 && keys.length > 0 && keys.every((key) => typeof key === 'string' && MIME_TYPE.test(key));
}

export function isMimeBundle(value: object): value is MimeBundle {
  const keys = keysOfBundle(value);
  return keys !== undefined && areMimeTypes(keys);
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
