import type { Annotation } from '../candidates/annotations.js';
import type { Findings, FrocCase, ScoredMarks } from '../scores/frocEvents.js';
import type { Submission } from './submission.js';

/** Series -> its number, from 0. */
export type ScanNumbers = ReadonlyMap<string, number>;

type Marks = Omit<Submission, 'repeatedRows'>;

/** Marks and findings of the scans that are scored, by the scans' numbers; those of other series are left out. */
export function frocCaseOf(
  scans: ScanNumbers,
  marks: Marks,
  nodules: readonly Annotation[],
  excluded: readonly Annotation[],
): FrocCase {
  return {
    scans: scans.size,
    marks: marksOf(marks, scans),
    nodules: findingsOf(nodules, scans),
    excluded: findingsOf(excluded, scans),
  };
}

/** The marks that lie in a scan, in the order of the table. */
function marksOf({ series, seriesOf, centerWorldMm, score }: Marks, scans: ScanNumbers): ScoredMarks {
  const scanOf = series.map((uid) => scans.get(uid) ?? -1);
  const all = Array.from(seriesOf.keys());
  const kept = scanOf.includes(-1) ? all.filter((mark) => scanOf[seriesOf[mark]!]! >= 0) : all;
  const centers = new Float64Array(3 * kept.length);
  for (const [i, mark] of kept.entries())
    for (let axis = 0; axis < 3; axis++) centers[3 * i + axis] = centerWorldMm[3 * mark + axis]!;
  return {
    scan: Int32Array.from(kept, (mark) => scanOf[seriesOf[mark]!]!),
    centerWorldMm: centers,
    score: Float64Array.from(kept, (mark) => score[mark]!),
  };
}

function findingsOf(annotations: readonly Annotation[], scans: ScanNumbers): Findings {
  const kept = annotations.filter(({ seriesUid }) => scans.has(seriesUid));
  const centers = new Float64Array(3 * kept.length);
  for (const [i, { centerWorldMm }] of kept.entries()) centers.set(centerWorldMm, 3 * i);
  return {
    scan: Int32Array.from(kept, ({ seriesUid }) => scans.get(seriesUid)!),
    centerWorldMm: centers,
    diameterMm: Float64Array.from(kept, ({ diameterMm }) => diameterMm),
  };
}
