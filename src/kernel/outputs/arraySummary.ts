import { inspect } from 'node:util';

/** Items of an array that are shown one by one. */
export const SHOWN_ITEMS = 20;

/** Numbers that are looked at for the statistics of one value shown, all its arrays together: some hundredths of a second. */
export const LOOKED_AT = 2 ** 22;
/** Of an array with more numbers than that: about so many, spread evenly. */
const SAMPLE = 2 ** 18;
/** Of each further array, where many have used that up. */
const LEAST_SAMPLE = 2 ** 10;

/** How many numbers may still be looked at; shared by the arrays of one value. */
export interface Looks {
  left: number;
}

type Numbers = ArrayLike<number | bigint> & { readonly constructor?: unknown };

/** A long array of numbers as one line: type, length, first values, and statistics of all, or of a sample. */
export function summaryOf(array: Numbers, name: string, looks: Looks = { left: LOOKED_AT }): string {
  const first = Array.from({ length: Math.min(SHOWN_ITEMS, array.length) }, (_, index) => array[index]!);
  const values = first.map((value) => inspect(value)).join(', ');
  return `${name}(${array.length}) [ ${values}, ... ${array.length - first.length} more items ] (${statisticsText(array, looks)})`;
}

/** `min -1000, max 3071, mean -512.3`, how many are no numbers, and of how many of them where they are too many. */
export function statisticsText(array: Numbers, looks: Looks = { left: LOOKED_AT }): string {
  const { min, max, mean, notNumbers, looked } = statisticsOf(array, looks);
  const range =
    min === undefined
      ? 'no numbers'
      : `min ${inspect(min)}, max ${inspect(max)}, mean ${Number(mean.toPrecision(6))}`;
  const missing = notNumbers === 0 ? '' : `, NaN ${notNumbers} times`;
  return `${range}${missing}${looked === array.length ? '' : `, of a sample of ${looked}`}`;
}

export interface ArrayStatistics {
  /** Undefined where no value is a number. */
  readonly min: number | bigint | undefined;
  readonly max: number | bigint | undefined;
  /** NaN where no value is a number. */
  readonly mean: number;
  /** NaN, holes and whatever is no number. */
  readonly notNumbers: number;
  /** Values looked at: all, or an even sample. */
  readonly looked: number;
}

export function statisticsOf(array: Numbers, looks: Looks = { left: LOOKED_AT }): ArrayStatistics {
  const { length } = array;
  const step =
    length <= looks.left ? 1 : Math.ceil(length / Math.max(LEAST_SAMPLE, Math.min(SAMPLE, looks.left)));
  let min: number | bigint | undefined;
  let max: number | bigint | undefined;
  let sum = 0;
  let notNumbers = 0;
  let looked = 0;
  for (let at = 0; at < length; at += step, looked++) {
    // A place of its own in each step: a fixed one would meet the same column of every row.
    const value = array[step === 1 ? at : Math.min(length - 1, at + placeIn(step, looked))]!;
    if (!isNumber(value)) {
      notNumbers++;
      continue;
    }
    if (min === undefined || value < min) min = value;
    if (max === undefined || value > max) max = value;
    sum += Number(value);
  }
  looks.left = Math.max(0, looks.left - looked);
  return { min, max, mean: sum / (looked - notNumbers), notNumbers, looked };
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' ? !Number.isNaN(value) : typeof value === 'bigint';
}

/** A number below `step` that looks like chance and is the same each time. */
function placeIn(step: number, index: number): number {
  return (Math.imul(index + 1, 0x9e3779b1) >>> 8) % step;
}
