import type { NrrdField, NrrdFields } from './nrrdFields.js';

/** A unit as [factor, divisor] to mm: dividing by 1000 is exact where multiplying by 0.001 is not. */
export type NrrdUnit = readonly [number, number];

const MM: NrrdUnit = [1, 1];
const UNITS: readonly (readonly [RegExp, NrrdUnit])[] = [
  [/^(nanomet(er|re)s?|nm)$/, [1, 1e6]],
  // Both letters for micro.
  [/^(microns?|micromet(er|re)s?|[u\u00b5\u03bc]m)$/, [1, 1000]],
  [/^(centimet(er|re)s?|cm)$/, [10, 1]],
  [/^(decimet(er|re)s?|dm)$/, [100, 1]],
  [/^(met(er|re)s?|m)$/, [1000, 1]],
  [/^(inch(es)?|in)$/, [25.4, 1]],
];

/**
 * Units of `space units` (an entry for each axis of the world) or `units` (one for each axis of the array): numbers are in
 * them, as the standard says; ITK ignores them and takes every number for mm. An unknown text is taken for mm, too.
 * Undefined for a field that is not there. Throws InputError for more or fewer entries than `count`.
 */
export function nrrdUnits(
  fields: NrrdFields,
  field: NrrdField & ('space units' | 'units'),
  count: number,
): readonly NrrdUnit[] | undefined {
  const text = fields.text(field);
  if (text === undefined) return undefined;
  const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!);
  if (words.length !== count) throw fields.unexpected(field, `${count} units in quotes, as "mm"`);
  return words.map((word) => UNITS.find(([name]) => name.test(word.trim().toLowerCase()))?.[1] ?? MM);
}

/** A number of that unit in mm. */
export function inMm(value: number, [factor, divisor]: NrrdUnit = MM): number {
  return (value * factor) / divisor;
}
