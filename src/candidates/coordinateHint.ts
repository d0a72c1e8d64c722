import { worldToVoxel } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';
import type { Candidate, VoxelCandidate } from './candidate.js';
import type { Coordinates } from './tableFormat.js';

/** What a table's three numbers may mean: a frame of `--coordinates`, or world positions whose columns are given as z, y, x. */
export const READINGS = ['lps', 'ras', 'voxel', 'zyx'] as const;
export type Reading = (typeof READINGS)[number];

/** How many candidates would lie inside their scan, by what their numbers mean. */
export type InsideCounts = Readonly<Record<Reading, number>>;

/** Counts the candidates of one scan that lie within half a voxel of it, for each reading of their numbers. */
export function insideCounts(
  geometry: Geometry,
  candidates: readonly (Candidate | VoxelCandidate)[],
  readAs: Coordinates,
): InsideCounts {
  const counts: Record<Reading, number> = { lps: 0, ras: 0, voxel: 0, zyx: 0 };
  for (const candidate of candidates) {
    const [x, y, z] = 'centerVoxel' in candidate ? candidate.centerVoxel : candidate.centerWorldMm;
    const numbers: Vector3 = readAs === 'ras' ? [-x, -y, z] : [x, y, z];
    for (const reading of READINGS) if (isInside(geometry, numbers, reading)) counts[reading]++;
  }
  return counts;
}

/**
 * What to do where more than a tenth of the candidates lie outside, and another reading puts nearly all of them inside: a body
 * is so symmetric that half of its candidates stay inside when x and y are flipped. Without a candidate there is nothing to say.
 */
export function coordinateHint(
  { total, ...counts }: InsideCounts & { readonly total: number },
  readAs: Coordinates,
): string | undefined {
  const best = READINGS.toSorted((a, b) => counts[b] - counts[a])[0]!;
  if (total === 0 || counts[readAs] > 0.9 * total || counts[best] < 0.95 * total) return undefined;
  const share = `${counts[best]} of ${total} candidates lie inside`;
  return {
    lps: `${share} as LPS positions in mm: use --coordinates lps`,
    ras: `x and y look flipped: ${share} as RAS positions: use --coordinates ras`,
    voxel: `${share} as voxel indices: use --coordinates voxel`,
    zyx: `the columns look exchanged: ${share} with x and z swapped: use --columns coordX=<column of x>,coordZ=<column of z>`,
  }[best];
}

/** The hint for a whole table, from what was found in each scan; `inside` may be missing where nothing lies outside. */
export function hintOfScans(
  scans: readonly {
    readonly rows: number;
    readonly outside: number;
    readonly inside: InsideCounts | undefined;
  }[],
  readAs: Coordinates,
): string | undefined {
  const counts = { lps: 0, ras: 0, voxel: 0, zyx: 0 };
  let total = 0;
  for (const { rows, outside, inside } of scans) {
    total += rows + outside;
    for (const reading of READINGS) counts[reading] += inside?.[reading] ?? rows;
  }
  return coordinateHint({ ...counts, total }, readAs);
}

function isInside(geometry: Geometry, [x, y, z]: Vector3, reading: Reading): boolean {
  const voxel = {
    lps: () => worldToVoxel(geometry, [x, y, z]),
    ras: () => worldToVoxel(geometry, [-x, -y, z]),
    voxel: (): Vector3 => [x, y, z],
    zyx: () => worldToVoxel(geometry, [z, y, x]),
  }[reading]();
  return voxel.every((index, axis) => index >= -0.5 && index < geometry.size[axis]! - 0.5);
}
