import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonPlace, readJson } from '../jsonPlace.js';
import { isFolder } from '../paths.js';

/** Of an evaluation, and of a cross-validation: the scored rows, and their scores. */
export const ROWS_FILE = 'rows.csv';
export const SCORES_FILE = 'scores.json';

/** Holds the evaluations of a run, a folder a part. */
export function evaluationsFolder(run: string): string {
  return join(run, 'evaluation');
}

/** Where the files of a part's evaluation lie: `holdout-5`, `validation`, `holdout-5-tta-flips`. */
export function evaluationFolder(run: string, part: string): string {
  return join(evaluationsFolder(run), part);
}

/** What an evaluation says of itself, as far as it is used again. Null where it is of an earlier version. */
export interface StoredScores {
  readonly rocAuc: number;
  /** Null, too, where no table of nodules knew the scans. */
  readonly cpm: number | null;
  /** Of the checkpoint that was evaluated. */
  readonly epoch: number | null;
  readonly step: number | null;
  /** From which on a patch is called a nodule. */
  readonly threshold: number | null;
}

/** The scores of a part of a run; undefined where it was not evaluated. Throws InputError. */
export function readScores(run: string, part: string): StoredScores | undefined {
  const file = join(evaluationFolder(run, part), SCORES_FILE);
  if (!existsSync(file)) return undefined;
  const scores = readJson(file, 'the scores of an evaluation');
  const orNull = (key: string, read: (place: JsonPlace) => number): number | null => {
    const place = scores.at(key);
    return place.isThere && place.value !== null ? read(place) : null;
  };
  return {
    rocAuc: scores.at('rocAuc').number(0, 1),
    cpm: orNull('cpm', (place) => place.number(0, 1)),
    epoch: orNull('epoch', (place) => place.whole()),
    step: orNull('step', (place) => place.whole()),
    threshold: orNull('threshold', (place) => place.number()),
  };
}

/** The parts of a run that were evaluated. */
export function evaluatedParts(run: string): string[] {
  const folder = evaluationsFolder(run);
  if (!isFolder(folder)) return [];
  return readdirSync(folder)
    .sort()
    .filter((part) => existsSync(join(folder, part, SCORES_FILE)));
}
