import { createHash } from 'node:crypto';
import { InputError } from '../errors.js';
import type { ScanLabels } from './rowLabels.js';

/** Where nobody says how many. */
export const MOST_FOLDS = 10;

/**
 * The fold (0 to `folds` - 1) of each row: all rows of a series are in one. Series are dealt in the order of a seeded hash of
 * their uids, so that folds have equally many series, within one. Throws InputError (naming `file`) for fewer series than folds.
 */
export function foldsOf(
  seriesUids: readonly string[],
  folds: number,
  seed: number,
  file: string,
): Int32Array {
  const hashed = [...new Set(seriesUids)]
    .map((uid) => ({ uid, hash: createHash('sha256').update(`${seed}/${uid}`).digest('hex') }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  if (hashed.length < folds)
    throw new InputError(file, `expected at least FOLDS ${folds} series, found ${hashed.length}`);
  const foldOf = new Map(hashed.map(({ uid }, i) => [uid, i % folds]));
  return Int32Array.from(seriesUids, (uid) => foldOf.get(uid)!);
}

/** The labels of a file with folds in place of its subsets; with `folds` 0 as they are. Throws InputError. */
export function foldedLabels(labels: ScanLabels, folds: number, seed: number, file: string): ScanLabels {
  return folds === 0 ? labels : { ...labels, subsets: foldsOf(labels.seriesUids, folds, seed, file) };
}
