import type { FrocCase } from '../../src/scores/frocEvents.js';

/** [scan, x, y, z, score or diameter]. */
export type Row = readonly [scan: number, x: number, y: number, z: number, value: number];

export function frocCase(
  scans: number,
  marks: readonly Row[],
  nodules: readonly Row[],
  excluded: readonly Row[] = [],
): FrocCase {
  const places = (rows: readonly Row[]) => ({
    scan: Int32Array.from(rows, ([scan]) => scan),
    centerWorldMm: Float64Array.from(rows.flatMap(([, x, y, z]) => [x, y, z])),
  });
  const values = (rows: readonly Row[]): Float64Array => Float64Array.from(rows, (row) => row[4]);
  return {
    scans,
    marks: { ...places(marks), score: values(marks) },
    nodules: { ...places(nodules), diameterMm: values(nodules) },
    excluded: { ...places(excluded), diameterMm: values(excluded) },
  };
}
