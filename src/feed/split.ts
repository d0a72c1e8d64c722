import { InputError } from '../errors.js';
import type { RowLabels } from './rowSource.js';

/** Row numbers, ascending. */
export interface Split {
  /** Rows of class 1 and 0 that training may see. */
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
  /** All rows of the held-out subset. */
  readonly heldOut: Uint32Array;
}

/**
 * Holds one subset out, by the column `subsets`. Training skips rows with notrain = 1, the held-out rows keep them.
 * Throws InputError (naming `file`) when the subset has no rows, or training lacks a class.
 */
export function splitRows(labels: RowLabels, holdout: number, file: string): Split {
  const { classes, notrain, subsets } = labels;
  const positives: number[] = [];
  const negatives: number[] = [];
  const heldOut = heldOutRows(labels, holdout, file);
  for (let row = 0; row < classes.length; row++)
    if (subsets[row] !== holdout && notrain[row] !== 1)
      (classes[row] === 1 ? positives : negatives).push(row);
  if (positives.length === 0 || negatives.length === 0)
    throw new InputError(
      file,
      `expected training rows of both classes outside subset ${holdout}, found ${positives.length} of class 1 and ${negatives.length} of class 0; crop more subsets or hold out another`,
    );
  return { positives: Uint32Array.from(positives), negatives: Uint32Array.from(negatives), heldOut };
}

/** All rows of a subset. Throws InputError when there is none. */
export function heldOutRows({ subsets }: RowLabels, holdout: number, file: string): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < subsets.length; row++) if (subsets[row] === holdout) rows.push(row);
  if (rows.length > 0) return Uint32Array.from(rows);
  const there = [...new Set(Array.from(subsets))].sort((a, b) => a - b).join(', ');
  throw new InputError(
    file,
    `HOLDOUT ${holdout} names a subset that has no rows; expected one of the subsets in the file: ${there}`,
  );
}
