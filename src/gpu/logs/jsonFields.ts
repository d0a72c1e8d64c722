import { LeftOutError } from './leftOut.js';

/** What a JSON object of a log holds, checked field by field: a text where a number belongs is damage, not a null. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number within the bounds, or null; `unknown` are further words for null. */
export function numberField(
  object: JsonObject,
  key: string,
  { least = 0, most = Number.MAX_VALUE, whole = false, unknown = [] as readonly string[] } = {},
): number | null {
  const value = object[key];
  if (value === undefined || value === null || unknown.includes(value as string)) return null;
  const fits = typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
  if (fits && (!whole || Number.isInteger(value))) return value;
  throw new LeftOutError(
    `${key}: expected ${whole ? 'a whole number' : 'a number or null'}, received ${shown(value)}`,
  );
}

export function textField(object: JsonObject, key: string): string | null {
  const value = object[key];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  throw new LeftOutError(`${key}: expected text or null, received ${shown(value)}`);
}

export function listField(object: JsonObject, key: string): readonly JsonObject[] | null {
  const value = object[key];
  if (value === undefined || value === null) return null;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw new LeftOutError(`${key}: expected a list of objects or null, received ${shown(value)}`);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
