import { inspect } from 'node:util';
import { SHOWN_ITEMS } from './arraySummary.js';
import { type BoundedKeys, boundedKeys } from './boundedKeys.js';
import { inspectShort, MORE_KEYS, nameOf } from './shortened.js';

const LONGEST_TEXT = 50_000;
const OPTIONS = { maxArrayLength: SHOWN_ITEMS, maxStringLength: 10_000, breakLength: 100 };

/**
 * Any value as text, short enough to read, at once: of long lists and of objects with many keys the first ones, long numeric arrays
 * with their statistics; cycles are marked. Never throws: what cannot be looked at is named. `listed`: its keys, where
 * they are known already.
 */
export function textOf(value: unknown, listed?: BoundedKeys): string {
  let text: string;
  try {
    text = inspectShort(value, OPTIONS, listed);
  } catch (error) {
    text = partByPart(value, error);
  }
  text = text.replace(moreKeys, '... $1 more keys');
  if (text.length <= LONGEST_TEXT) return text;
  return `${text.slice(0, LONGEST_TEXT)}\n... ${text.length - LONGEST_TEXT} more characters`;
}

const moreKeys = new RegExp(`${MORE_KEYS}(\\d+): 0`, 'g');

/** An object that cannot be shown as a whole: what of it can be, and why the rest cannot. */
function partByPart(value: unknown, error: unknown): string {
  const name = typeof value === 'object' && value !== null ? nameOf(value) : typeof value;
  const reason = `[${name}: cannot be shown: ${messageOf(error)}]`;
  if (typeof value !== 'object' || value === null) return reason;
  try {
    const parts = boundedKeys(value, SHOWN_ITEMS).keys.map(
      (key) => `  ${String(key)}: ${partText(value, key)}`,
    );
    return parts.length === 0 ? reason : `${reason} {\n${parts.join(',\n')}\n}`;
  } catch {
    return reason;
  }
}

function partText(value: object, key: string | symbol): string {
  const found = Object.getOwnPropertyDescriptor(value, key);
  if (found === undefined || !('value' in found)) return '[Getter]';
  try {
    return inspectShort(found.value, { ...OPTIONS, depth: 1 });
  } catch (error) {
    return `[cannot be shown: ${messageOf(error)}]`;
  }
}

function messageOf(error: unknown): string {
  try {
    return (error instanceof Error ? error.message : inspect(error, { depth: 0 })).slice(0, 1000);
  } catch {
    return 'the error cannot be shown either';
  }
}
