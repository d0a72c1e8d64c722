import { type Holdout, subsetsOf } from '../config/holdout.js';
import { InputError } from '../errors.js';
import type { RowLabels } from './rowLabels.js';

/** Row numbers, ascending. */
export interface Split {
  /** Rows of class 1 and 0 that training may see. */
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
  /** All rows of the held-out subsets. */
  readonly heldOut: Uint32Array;
}

/**
 * Holds one subset or several out, by the column `subsets`. Training skips rows with notrain = 1, the held-out rows keep them.
 * Throws InputError (naming `file`) when a subset has no rows, or training lacks a class.
 */
export function splitRows(labels: RowLabels, holdout: Holdout, file: string): Split {
  const { classes, notrain, subsets } = labels;
  const positives: number[] = [];
  const negatives: number[] = [];
  const heldOut = heldOutRows(labels, holdout, file);
  const out = subsetsOf(holdout);
  for (let row = 0; row < classes.length; row++)
    if (!out.includes(subsets[row]!) && notrain[row] !== 1)
      (classes[row] === 1 ? positives : negatives).push(row);
  if (positives.length === 0 || negatives.length === 0)
    throw new InputError(
      file,
      `expected training rows of both classes outside subset ${holdout}, found ${positives.length} of class 1 and ${negatives.length} of class 0; crop more subsets or hold out another`,
    );
  return { positives: Uint32Array.from(positives), negatives: Uint32Array.from(negatives), heldOut };
}

/** All rows of one subset or several, ascending. Throws InputError when one has none. */
export function heldOutRows({ subsets }: RowLabels, holdout: Holdout, file: string): Uint32Array {
  if (subsets.length === 0)
    throw new InputError(
      file,
      'expected patches, the file has no rows; crop scans with candidates, or merge the shards first',
    );
  const out = subsetsOf(holdout);
  const rows: number[] = [];
  for (let row = 0; row < subsets.length; row++) if (out.includes(subsets[row]!)) rows.push(row);
  const missing = out.find((subset) => !rows.some((row) => subsets[row] === subset));
  if (missing === undefined) return Uint32Array.from(rows);
  const there = [...new Set(Array.from(subsets))].sort((a, b) => a - b).join(', ');
  throw new InputError(
    file,
    `HOLDOUT ${missing} names a subset that has no rows; expected one of the subsets in the file: ${there}`,
  );
}
