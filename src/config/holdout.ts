import { decimalNumber } from '../decimal.js';

/** Subsets (or folds) that training never sees: one, or several in ascending order. Plain JSON. */
export type Holdout = number | readonly number[];

/**
 * Whose rows choose the best network: subsets (or folds) beside the held-out ones; `scans`: a seeded tenth of the scans that are
 * not held out; `auto`: the subset behind the held-out ones, or `scans` where none is to spare.
 */
export type Validation = Holdout | 'scans' | 'auto';

/** Reads `5` or `5,6`; undefined when it is neither. One number stays a number. */
export function parseHoldout(text: string): Holdout | undefined {
  const subsets = text.split(',').map(decimalNumber);
  const fit = subsets.every((subset) => Number.isSafeInteger(subset) && subset >= -1);
  if (!fit || new Set(subsets).size < subsets.length) return undefined;
  return subsets.length === 1 ? subsets[0] : Object.freeze(subsets.sort((a, b) => a - b));
}

/** Reads `auto`, `scans`, `6` or `6,7`; undefined when it is none of them. */
export function parseValidation(text: string): Validation | undefined {
  return text === 'auto' || text === 'scans' ? text : parseHoldout(text);
}

/** The subsets of a hold-out, one or several. */
export function subsetsOf(holdout: Holdout): readonly number[] {
  return typeof holdout === 'number' ? [holdout] : holdout;
}

/** Whether a subset would choose the network and judge it. */
export function overlap(holdout: Holdout, validation: Validation): boolean {
  if (validation === 'auto' || validation === 'scans') return false;
  return subsetsOf(validation).some((subset) => subsetsOf(holdout).includes(subset));
}
