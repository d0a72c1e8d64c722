import { types } from 'node:util';
import { boundedKeys, ownValue } from './boundedKeys.js';
import { textOf } from './valueText.js';

/** Keys, or items of an array, above which Node's console would take seconds and write megabytes. */
const MOST = 10_000;

const METHODS = ['log', 'info', 'debug', 'warn', 'error', 'trace'] as const;

/** From now on the console writes objects with very many keys as cells show them: the first ones, and how many follow. */
export function shortenConsoleValues(target: Console = console): void {
  for (const name of METHODS) {
    const original = target[name];
    target[name] = (...values: unknown[]) => original.apply(target, values.map(shortValue));
  }
}

function shortValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || ArrayBuffer.isView(value))
    return value;
  return isLong(value) || valuesOf(value).some(isLong) ? textOf(value) : value;
}

/** The first values in it. */
function valuesOf(value: object): object[] {
  return boundedKeys(value, 20).keys.flatMap((key) => {
    const inner = ownValue(value, key);
    return typeof inner === 'object' && inner !== null && !types.isProxy(inner) && !ArrayBuffer.isView(inner)
      ? [inner]
      : [];
  });
}

function isLong(value: object): boolean {
  if (Array.isArray(value)) return value.length > MOST;
  const { keys, more } = boundedKeys(value, 1);
  return keys.length + more > MOST;
}
