import { type InspectOptions, inspect, types } from 'node:util';
import { LOOKED_AT, type Looks, SHOWN_ITEMS, summaryOf } from './arraySummary.js';
import { type BoundedKeys, boundedKeys, ownValue } from './boundedKeys.js';
import { shapedValuesOf } from './shapedValue.js';

/** How deep objects in objects are shown. */
const SHOWN_DEPTH = 4;
/** Items and properties that are shown of one value, all its levels together. */
const SHOWN_ENTRIES = 3000;
/** Bits of a bigint that is written out; TypeScript's own way to write one of a million digits takes seconds. */
const WRITTEN_BITS = 10_000n;

/**
 * The name of the property that stands for keys left out, `${MORE_KEYS}17: 0`; the text that inspect makes of it is
 * replaced afterwards.
 */
export const MORE_KEYS = 'voxlabMoreKeys_';

/** A text that inspect shows as it is. */
class Text {
  constructor(readonly text: string) {}
  [inspect.custom](): string {
    return this.text;
  }
}

/** Node 26 says of a proxy that it is one. */
const MARKS_PROXIES = inspect(new Proxy({}, {})).startsWith('Proxy(');

class MarkedProxy {
  constructor(readonly target: unknown) {}
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `Proxy(${inspect(this.target, options)})`;
  }
}

/** What is left to be shown of one value. */
interface Budget {
  entries: number;
  /** Whether objects were left to inspect in which it may come to others. */
  isOpen: boolean;
  readonly looks: Looks;
  /** Objects already met -> their short copies: cycles stay cycles. */
  readonly copies: Map<object, unknown>;
  /** Keys that are known already: listing a million takes a third of a second. */
  readonly listed: { readonly of: unknown; readonly keys: BoundedKeys } | undefined;
}

function newBudget(listed: Budget['listed']): Budget {
  return { entries: SHOWN_ENTRIES, isOpen: false, looks: { left: LOOKED_AT }, copies: new Map(), listed };
}

/**
 * util.inspect in bounded time, memory and text: of a copy, of lists the first items, of objects the first keys. Objects
 * that keep their content to themselves (promises, dates, instances with a way of their own to be shown) are left as
 * they are. Runs no code of the value's: no getter, no trap of a proxy. What the copy could not reach (a promise's value, what a class' own way to be shown
 * hands on) is shortened when inspect comes to it.
 */
export function inspectShort(value: unknown, options: InspectOptions, listed?: BoundedKeys): string {
  const budget = newBudget(listed && { of: value, keys: listed });
  const copy = shorten(value, SHOWN_DEPTH, budget);
  const made = new Set(budget.copies.values());
  const look = (object: object, depth: number): unknown => {
    if (made.has(object)) return object;
    const short = shorten(object, depth, budget);
    made.add(short);
    return short;
  };
  const show = (): string => inspect(copy, { depth: SHOWN_DEPTH, ...options });
  if (!budget.isOpen) return show();
  try {
    return whileInspecting(look, show);
  } catch {
    return show(); // it reads `constructor` of objects that have a way to be shown, and that may be a getter
  }
}

function shorten(value: unknown, depth: number, budget: Budget): unknown {
  if (typeof value === 'bigint') return isLong(value) ? new Text(longBigint(value)) : value;
  if (typeof value === 'function') return asItIs(value, budget);
  if (typeof value !== 'object' || value === null) return value;
  if (types.isProxy(value)) {
    const target = targetOf(value);
    if (target === undefined) return asItIs(value, budget);
    const short = shorten(target, depth, budget);
    return MARKS_PROXIES ? new MarkedProxy(short) : short;
  }
  const known = budget.copies.get(value);
  if (known !== undefined) return known;
  if (ArrayBuffer.isView(value)) return shortView(value, budget);
  if (types.isStringObject(value))
    return new Text(
      `[String: ${inspect(`${String.prototype.valueOf.call(value)}`, { maxStringLength: 10_000 })}]`,
    );
  if (depth < 0 || budget.entries <= 0) return new Text(`[${nameOf(value)}]`);
  if (Array.isArray(value)) return shortArray(value, depth, budget);
  if (isSmall(value, types.isMap)) return shortMap(value as Map<unknown, unknown>, depth, budget);
  if (isSmall(value, types.isSet)) return shortSet(value as Set<unknown>, depth, budget);
  const shaped = shapedValuesOf(value);
  if (shaped?.isTensor) return new Text(shaped.title);
  return isOrdinary(value) ? shortObject(value, depth, budget) : asItIs(value, budget);
}

/** Left to inspect; where that may come to other objects in it, they are looked at then. */
function asItIs(value: object, budget: Budget): object {
  const isClosed =
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isAnyArrayBuffer(value) ||
    typeof value === 'function';
  budget.isOpen ||= !isClosed || types.isProxy(value) || boundedKeys(value, 1).keys.length > 0;
  return value;
}

function shortView(view: ArrayBufferView, { looks }: Budget): unknown {
  // Buffers have a form of their own, in hexadecimal, of 50 bytes.
  if (!types.isTypedArray(view) || view.length <= SHOWN_ITEMS || Buffer.isBuffer(view)) return view;
  return new Text(summaryOf(view as never, nameOf(view), looks));
}

function shortArray(array: readonly unknown[], depth: number, budget: Budget): unknown {
  if (array.length > SHOWN_ITEMS && areNumbers(array))
    return new Text(summaryOf(array as readonly number[], nameOf(array), budget.looks));
  const { length } = array;
  const copy: unknown[] = [];
  if (length > SHOWN_ITEMS) copy.length = 2 ** 32 - 1; // so that V8 makes it sparse, and no room for all its items
  budget.copies.set(array, copy);
  copyProperties(
    array,
    copy,
    Array.from({ length: Math.min(SHOWN_ITEMS, length) }, (_, at) => `${at}`),
    depth,
    budget,
  );
  // What else stands at it, such as a match's index and groups.
  if (length <= SHOWN_ITEMS) {
    const { keys } = boundedKeys(array);
    copyProperties(
      array,
      copy,
      keys.filter((key) => !isIndex(key)),
      depth,
      budget,
    );
  }
  copy.length = length;
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(array));
}

function shortMap(map: Map<unknown, unknown>, depth: number, budget: Budget): unknown {
  const copy = new Map<unknown, unknown>();
  budget.copies.set(map, copy);
  for (const [key, item] of Map.prototype.entries.call(map)) {
    budget.entries--;
    copy.set(shorten(key, depth - 1, budget), shorten(item, depth - 1, budget));
  }
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(map));
}

function shortSet(set: Set<unknown>, depth: number, budget: Budget): unknown {
  const copy = new Set<unknown>();
  budget.copies.set(set, copy);
  for (const item of Set.prototype.values.call(set)) {
    budget.entries--;
    copy.add(shorten(item, depth - 1, budget));
  }
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(set));
}

function shortObject(value: object, depth: number, budget: Budget): unknown {
  const copy = Object.create(Object.getPrototypeOf(value)) as object;
  budget.copies.set(value, copy);
  const { keys, more } = budget.listed?.of === value ? budget.listed.keys : boundedKeys(value);
  copyProperties(value, copy, keys, depth, budget);
  if (more > 0) Object.defineProperty(copy, `${MORE_KEYS}${more}`, { value: 0, enumerable: true });
  return copy;
}

function copyProperties(
  from: object,
  to: object,
  keys: readonly (string | symbol)[],
  depth: number,
  budget: Budget,
): void {
  for (const key of keys) {
    const found = Object.getOwnPropertyDescriptor(from, key);
    if (found === undefined) continue; // a hole
    budget.entries--;
    const copied = 'value' in found ? { ...found, value: shorten(found.value, depth - 1, budget) } : found;
    Object.defineProperty(to, key, { ...copied, configurable: true });
  }
}

/** Whether its content may be copied: no slots that only the object itself has, no way of its own to be shown. */
function isOrdinary(value: object): boolean {
  if (EXOTIC.some((is) => is(value)) || ArrayBuffer.isView(value)) return false;
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at) || (at !== Object.prototype && Object.hasOwn(at, inspect.custom))) return false;
    // A getter on a class may look for private names, which a copy has not.
    const tag = Object.getOwnPropertyDescriptor(at, Symbol.toStringTag);
    if (tag !== undefined && !('value' in tag)) return false;
  }
  return true;
}

const EXOTIC: readonly ((value: unknown) => boolean)[] = [
  ...[types.isMap, types.isSet, types.isWeakMap, types.isWeakSet, types.isMapIterator, types.isSetIterator],
  ...[types.isPromise, types.isDate, types.isRegExp, types.isNativeError, types.isBoxedPrimitive],
  ...[types.isAnyArrayBuffer, types.isGeneratorObject, types.isArgumentsObject],
  ...[types.isModuleNamespaceObject, types.isExternal],
];

/** A map or set that is shown as a whole; of a longer one inspect reads the first items only. */
function isSmall(value: object, is: (value: unknown) => boolean): boolean {
  if (!is(value)) return false;
  const { prototype } = types.isMap(value) ? Map : Set;
  const size = Object.getOwnPropertyDescriptor(prototype, 'size')!.get!.call(value) as number;
  return size <= SHOWN_ITEMS && boundedKeys(value).keys.length === 0;
}

/** Of the first items: one look at all of them would take as long as their statistics. */
function areNumbers(array: readonly unknown[]): boolean {
  for (let at = 0; at < SHOWN_ITEMS; at++) {
    if (typeof ownValue(array, at) !== 'number') return false;
  }
  return true;
}

function isIndex(key: string | symbol): boolean {
  return typeof key === 'string' && /^\d+$/.test(key);
}

/** The name of an object's class. */
export function nameOf(value: object): string {
  for (let at: object | null = value; at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    const maker = ownValue(at, 'constructor');
    const name = typeof maker === 'function' ? ownValue(maker, 'name') : undefined;
    if (typeof name === 'string' && name !== '') return name.slice(0, 100);
  }
  return 'Object: null prototype';
}

function isLong(value: bigint): boolean {
  return value >> WRITTEN_BITS !== 0n && value >> WRITTEN_BITS !== -1n;
}

/** A bigint of many digits by its first ones and their number, both from its hexadecimal form, which is quick. */
function longBigint(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString(16);
  const [first, rest] = [Number(`0x${digits.slice(0, 12)}`), digits.length - 12];
  const log10 = Math.log10(first) + rest * Math.log10(16);
  const power = Math.floor(log10);
  return `${value < 0n ? '-' : ''}${(10 ** (log10 - power)).toFixed(4)}...e+${power}n (a bigint of ${power + 1} digits)`;
}

/** What a proxy stands for, without a trap being called: inspect finds it, and this listens. */
function targetOf(proxy: object): object | undefined {
  let target: object | undefined;
  try {
    whileInspecting(
      (object) => {
        target ??= object;
        return new Text('');
      },
      () => inspect(proxy, { showProxy: true, depth: SHOWN_DEPTH }),
    );
  } catch {
    return undefined;
  }
  return target;
}

/**
 * Lets `look` say what inspect shows in place of each object that has no way of its own to be shown. Changing what all objects
 * inherit makes V8 compile much anew: only where it is needed.
 */
function whileInspecting<T>(look: (object: object, depth: number) => unknown, work: () => T): T {
  const { prototype } = Object;
  const before = Object.getOwnPropertyDescriptor(prototype, inspect.custom);
  const isReplaced = Reflect.defineProperty(prototype, inspect.custom, {
    configurable: true,
    value(this: object, depth: number) {
      return look(this, depth);
    },
  });
  try {
    return work();
  } finally {
    if (isReplaced) Reflect.deleteProperty(prototype, inspect.custom);
    if (isReplaced && before !== undefined) Object.defineProperty(prototype, inspect.custom, before);
  }
}
