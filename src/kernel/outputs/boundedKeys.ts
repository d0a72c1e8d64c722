/** Keys of an object that are shown, at each level. */
const SHOWN_KEYS = 200;

/** What an object itself has under a key; undefined also for what a getter would give. Calls no code of the object's, unless it is a proxy. */
export function ownValue(value: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** The first keys of an object, and how many follow. */
export interface BoundedKeys {
  readonly keys: readonly (string | symbol)[];
  readonly more: number;
}

/** So many whole numbers from 0 as keys: the object is a long list by another name. */
const LIST = 1024;

/**
 * The enumerable keys of an object, as many as are shown. JavaScript lists all keys or none, which for 10^8 of them takes a
 * minute and gigabytes: a list is found out by asking for single places. Calls no code of the object's, unless it is a proxy.
 */
export function boundedKeys(value: object, most = SHOWN_KEYS): BoundedKeys {
  const length = listLength(value);
  if (length > LIST)
    return { keys: Array.from({ length: most }, (_, index) => `${index}`), more: length - most };
  const names = Object.keys(value);
  const symbols = Object.getOwnPropertySymbols(value).filter((symbol) => isEnumerable(value, symbol));
  const keys = [...names.slice(0, most), ...symbols.slice(0, most)].slice(0, most);
  return { keys, more: names.length + symbols.length - keys.length };
}

/** Of keys 0, 1, 2, ... without a gap; LIST or less where there are not many of them. */
function listLength(value: object): number {
  if (!Object.hasOwn(value, LIST - 1) || !Object.hasOwn(value, 0)) return 0;
  let there = LIST;
  while (Object.hasOwn(value, 2 * there - 1)) there *= 2;
  let gone = 2 * there;
  while (gone - there > 1) {
    const middle = Math.floor((there + gone) / 2);
    if (Object.hasOwn(value, middle - 1)) there = middle;
    else gone = middle;
  }
  return there;
}

function isEnumerable(value: object, key: PropertyKey): boolean {
  return Object.prototype.propertyIsEnumerable.call(value, key);
}
