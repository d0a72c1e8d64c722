/** Subsets (or folds) that training never sees: one, or several in ascending order. Plain JSON. */
export type Holdout = number | readonly number[];

/** Reads `5` or `5,6`; undefined when it is neither. One number stays a number. */
export function parseHoldout(text: string): Holdout | undefined {
  const subsets = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const fit = subsets.every((subset) => Number.isSafeInteger(subset) && subset >= -1);
  if (!fit || new Set(subsets).size < subsets.length) return undefined;
  return subsets.length === 1 ? subsets[0] : Object.freeze(subsets.sort((a, b) => a - b));
}

/** The subsets of a hold-out, one or several. */
export function subsetsOf(holdout: Holdout): readonly number[] {
  return typeof holdout === 'number' ? [holdout] : holdout;
}
