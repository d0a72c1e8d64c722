import type { Vector3 } from '../volumes/voxels/volume.js';
import type { Candidate, VoxelCandidate } from './candidate.js';
import { groupBySeries } from './groupBySeries.js';

/** Two rows of a table that call one place a nodule and none: whichever is right, training on both is wrong. */
export interface ContradictoryRows {
  readonly uid: string;
  /** Of class 1, and of class 0. */
  readonly lines: readonly [number, number];
}

type Row = Candidate | VoxelCandidate;

/** In the order of the series, and of the rows of class 0. */
export function contradictoryRows(candidates: readonly Row[]): ContradictoryRows[] {
  return [...groupBySeries(candidates)].flatMap(([uid, rows]) => {
    // By x: of half a million rows few have that of a nodule.
    const nodules = new Map<number, Row[]>();
    for (const row of rows) {
      if (row.class === 0) continue;
      const [x] = placeOf(row);
      nodules.set(x, [...(nodules.get(x) ?? []), row]);
    }
    return rows.flatMap((row): ContradictoryRows[] => {
      if (row.class === 1) return [];
      const place = placeOf(row);
      const nodule = nodules.get(place[0])?.find((other) => placeOf(other).every((c, i) => c === place[i]));
      return nodule === undefined ? [] : [{ uid, lines: [nodule.line, row.line] }];
    });
  });
}

function placeOf(row: Row): Vector3 {
  return 'centerWorldMm' in row ? row.centerWorldMm : row.centerVoxel;
}
