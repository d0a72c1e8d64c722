import { type Holdout, subsetsOf } from '../config/holdout.js';
import { InputError } from '../errors.js';
import { foldedLabels, foldsOf, MOST_FOLDS } from './folds.js';
import type { ScanLabels } from './rowLabels.js';

/** How the rows of a file are parted: what definiteParts() makes of the settings, and what is stored with a run. */
export interface Parts {
  /** Folds of whole scans in place of the file's subsets; 0 = its subsets. */
  readonly folds: number;
  /** Subsets that are looked at once, at the end. */
  readonly holdout: Holdout;
  /** Subsets that choose the best network; `scans`: a seeded tenth of the scans that are not held out. */
  readonly validation: Holdout | 'scans';
  readonly seed: number;
}

/** Row numbers, ascending. */
export interface Split {
  /** Rows of class 1 and 0 that training may see. */
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
  /** Rows that choose the best network, but for those that training would leave out, too. */
  readonly validation: Uint32Array;
  /** All rows of the held-out subsets. */
  readonly heldOut: Uint32Array;
}

/**
 * Parts the rows in three: training, validation, held out. Training and validation skip rows with notrain = 1, the held-out rows
 * keep them. Throws InputError (naming `file`) when a subset has no rows, or a part lacks a class.
 * @example
 * const patches = await openPatchFile(inRepository('data/preprocessed/32x32x32-patch.hdf5'));
 * const labels = scanLabels(patches);
 * const split = splitRows(labels, definiteParts(labels, readTrainingSettings(), patches.path), patches.path);
 * patches.close();
 * console.log(`${split.positives.length} nodules to learn from, ${split.heldOut.length} rows held out`);
 */
export function splitRows(unfolded: ScanLabels, parts: Parts, file: string): Split {
  const { folds, holdout, validation, seed } = parts;
  const labels = foldedLabels(unfolded, folds, seed, file);
  const { classes, notrain } = labels;
  const heldOut = heldOutRows(labels, holdout, file);
  requireBothClasses(classes, heldOut, `HOLDOUT ${holdout}`, file);
  const choosing =
    validation === 'scans'
      ? rowsOfSomeScans(labels, heldOut, seed)
      : rowsOfSubsets(labels, validation, 'VALIDATION', file);
  const kept = choosing.filter((row) => notrain[row] !== 1);
  requireBothClasses(classes, kept, `VALIDATION ${validation}`, file);
  const elsewhere = new Uint8Array(classes.length);
  for (const row of [...heldOut, ...choosing]) elsewhere[row] = 1;
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let row = 0; row < classes.length; row++)
    if (elsewhere[row] === 0 && notrain[row] !== 1) (classes[row] === 1 ? positives : negatives).push(row);
  if (positives.length === 0 || negatives.length === 0)
    throw new InputError(
      file,
      `expected training rows of both classes beside HOLDOUT ${holdout} and VALIDATION ${validation}, found ${positives.length} of class 1 and ${negatives.length} of class 0; crop more scans, or choose other subsets`,
    );
  return {
    positives: Uint32Array.from(positives),
    negatives: Uint32Array.from(negatives),
    validation: kept,
    heldOut,
  };
}

/**
 * All rows of one subset or several, ascending. Throws InputError when one has none.
 * @example
 * heldOutRows({ subsets: [0, 5, 5, 1] }, 5, 'my patches').join() //=> '1,2'
 */
export function heldOutRows(
  labels: Pick<ScanLabels, 'subsets'>,
  holdout: Holdout,
  file: string,
): Uint32Array {
  return rowsOfSubsets(labels, holdout, 'HOLDOUT', file);
}

function rowsOfSubsets(
  { subsets }: Pick<ScanLabels, 'subsets'>,
  wanted: Holdout,
  key: string,
  file: string,
): Uint32Array {
  if (subsets.length === 0)
    throw new InputError(
      file,
      'expected patches, the file has no rows; crop scans with candidates, or merge the shards first',
    );
  const chosen = new Set(subsetsOf(wanted));
  const rows = rowsWhere(subsets.length, (row) => chosen.has(subsets[row]!));
  const there = new Set(Array.from(subsets));
  const missing = [...chosen].find((subset) => !there.has(subset));
  if (missing === undefined) return rows;
  throw new InputError(
    file,
    `${key} ${missing} names a subset that has no rows; expected one of the subsets (with FOLDS, folds) that there are: ${[...there].sort((a, b) => a - b).join(', ')}`,
  );
}

/** A tenth of the scans that are not held out; of the tenths the first that has nodules and others. */
function rowsOfSomeScans(
  { classes, seriesUids }: ScanLabels,
  heldOut: Uint32Array,
  seed: number,
): Uint32Array {
  const isHeldOut = new Set(heldOut);
  const rows = rowsWhere(classes.length, (row) => !isHeldOut.has(row));
  const uids = Array.from(rows, (row) => seriesUids[row]!);
  const tenths = Math.min(MOST_FOLDS, new Set(uids).size);
  if (tenths === 0) return rows;
  const tenthOf = foldsOf(uids, tenths, seed, '');
  const rowsOf = (tenth: number): Uint32Array => rows.filter((_, i) => tenthOf[i] === tenth);
  const hasBoth = (some: Uint32Array): boolean => new Set(Array.from(some, (row) => classes[row])).size > 1;
  return Array.from({ length: tenths }, (_, tenth) => rowsOf(tenth)).find(hasBoth) ?? rowsOf(0);
}

function rowsWhere(count: number, isWanted: (row: number) => boolean): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (isWanted(row)) rows.push(row);
  return Uint32Array.from(rows);
}

function requireBothClasses(classes: ArrayLike<number>, rows: Uint32Array, what: string, file: string): void {
  const nodules = rows.reduce((sum, row) => sum + (classes[row] === 1 ? 1 : 0), 0);
  if (nodules > 0 && nodules < rows.length) return;
  throw new InputError(
    file,
    `${what} names rows of one class alone (${nodules} nodules, ${rows.length - nodules} others): expected both, to score by; choose other subsets`,
  );
}
