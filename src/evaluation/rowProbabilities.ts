import { InputError } from '../errors.js';
import type { PatchFile } from '../store/patchFile.js';
import { readSubmission } from './submission.js';

/** Tables keep places to this, in mm. */
const SAME_MM = 0.011;

/**
 * Row of a patch file -> its probability in a table of predictions; rows that the table does not name are left out. Throws
 * InputError for a table that names none of them.
 * @param table seriesuid, coordX, coordY, coordZ, probability, such as RUN/predictions.csv
 */
export function rowProbabilities(patches: PatchFile, table: string): Map<number, number> {
  const { series, seriesOf, centerWorldMm, score } = readSubmission(table);
  const marks = new Map<string, number[]>(series.map((uid) => [uid, []]));
  for (let at = 0; at < seriesOf.length; at++) marks.get(series[seriesOf[at]!]!)!.push(at);
  const found = new Map<number, number>();
  const all = Array.from({ length: patches.rows }, (_, row) => row);
  for (const [row, { seriesUid, centerWorldMm: center }] of patches.findings(all).entries()) {
    const here = marks
      .get(seriesUid)
      ?.find((at) => center.every((mm, axis) => Math.abs(centerWorldMm[3 * at + axis]! - mm) < SAME_MM));
    if (here !== undefined) found.set(row, score[here]!);
  }
  if (found.size === 0)
    throw new InputError(
      table,
      `expected predictions of rows of ${patches.path}, found none of its ${patches.rows} places: name the table of an evaluation of this file`,
    );
  return found;
}
