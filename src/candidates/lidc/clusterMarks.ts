import type { LidcMark } from './lidcReading.js';
import { nearestVoxels, type SliceOf } from './markMeasures.js';

/** LIDC-IDRI had four readers a scan: more marks than that are of several nodules. */
const MOST_MARKS = 4;
/** pylidc's factor and its end of narrowing. */
const NARROWER = 0.9;
const NARROWEST = 0.1;

/** Marks that are of one nodule. */
export interface MarkClusters {
  readonly clusters: readonly (readonly LidcMark[])[];
  /** Whether a cluster kept more than four marks, whatever the distance. */
  readonly isCrowded: boolean;
}

/**
 * Which marks are of one nodule, as pylidc's Scan.cluster_annotations: those whose outlines come within `within` of each other,
 * directly or over others; where more than four come together, within 0.9 of that, and so on down to 0.1. pylidc compares
 * distances in voxels with the slice thickness in mm, and so does this.
 */
export function clusterMarks(marks: readonly LidcMark[], sliceOf: SliceOf, within: number): MarkClusters {
  const distances = marks.map((mark, i) =>
    marks.map((other, j) => (j < i ? nearestVoxels(mark, other, sliceOf, within) : 0)),
  );
  let clusters = grouped(marks, distances, within);
  const isCrowded = (): boolean => clusters.some(({ length }) => length > MOST_MARKS);
  for (let narrower = within * NARROWER; isCrowded() && narrower >= NARROWEST; narrower *= NARROWER)
    clusters = grouped(marks, distances, narrower);
  return { clusters, isCrowded: isCrowded() };
}

/** Connected components; `distances` has those of each mark to the marks before it. */
function grouped(
  marks: readonly LidcMark[],
  distances: readonly (readonly number[])[],
  within: number,
): LidcMark[][] {
  const group = marks.map((_, i) => i);
  for (let i = 0; i < marks.length; i++)
    for (let j = 0; j < i; j++) {
      const [from, to] = [group[i]!, group[j]!];
      if (from === to || distances[i]![j]! > within) continue;
      for (let k = 0; k <= i; k++) if (group[k] === from) group[k] = to;
    }
  return [...new Set(group)].map((one) => marks.filter((_, i) => group[i] === one));
}
