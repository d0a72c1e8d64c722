import { inspect } from 'node:util';

/** Items of an array that are shown one by one. */
export const SHOWN_ITEMS = 20;

type Numbers = ArrayLike<number | bigint> & Iterable<number | bigint>;

/** A long typed array as one line: type, length, first values, and the range of all. */
export function summaryOf(array: Numbers): string {
  const first = Array.from({ length: Math.min(SHOWN_ITEMS, array.length) }, (_, index) => array[index]!);
  const values = first.map((value) => inspect(value)).join(', ');
  return `${array.constructor.name}(${array.length}) [ ${values}, ... ${array.length - first.length} more items ] (${rangeOf(array)})`;
}

/** `min -1000, max 3071`, and how many are no numbers. */
function rangeOf(array: Numbers): string {
  let min: number | bigint | undefined;
  let max: number | bigint | undefined;
  let notNumbers = 0;
  for (let index = 0; index < array.length; index++) {
    const value = array[index]!;
    if (Number.isNaN(value)) notNumbers++;
    else {
      if (min === undefined || value < min) min = value;
      if (max === undefined || value > max) max = value;
    }
  }
  const range = min === undefined ? 'no numbers' : `min ${inspect(min)}, max ${inspect(max)}`;
  return notNumbers === 0 ? range : `${range}, NaN ${notNumbers} times`;
}

/** Runs `work`, in which util.inspect shows long typed arrays by their summary, wherever they stand in a value. */
export function withSummaries<T>(work: () => T): T {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
  Object.defineProperty(prototype, inspect.custom, {
    configurable: true,
    // The array itself as the answer = inspect goes on as it would have.
    value(this: Numbers) {
      return this.length > SHOWN_ITEMS ? summaryOf(this) : this;
    },
  });
  try {
    return work();
  } finally {
    Reflect.deleteProperty(prototype, inspect.custom);
  }
}
