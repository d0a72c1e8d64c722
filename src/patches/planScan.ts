import type { Candidate } from '../candidates/candidate.js';
import type { ExcludedFinding } from '../candidates/excludedFindings.js';
import { notrainReasons } from '../candidates/notrain.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';
import { centerVoxelOf, firstVoxelOf, isInside, patchGrid } from './patchGrid.js';

/** One row to be: which candidate, and where its patch lies on the resampled grid. */
export interface PlannedPatch {
  readonly candidate: Candidate;
  /** 0 none, 1 near a positive, 2 near an excluded finding. */
  readonly notrainReason: number;
  /** Lowest voxel of the patch; may lie outside the grid. */
  readonly firstVoxel: Vector3;
}

/** What will be cut out of a scan, and what cannot be. */
export interface ScanPlan {
  /** In the order of the table's lines. */
  readonly patches: readonly PlannedPatch[];
  /** Candidates whose centre lies outside the scan: they get no row. */
  readonly outside: readonly Candidate[];
}

/**
 * The patches of one scan as pure data; `candidates` and `excluded` are those of this scan.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const table = readCandidates(inRepository('data/raw/candidates_V2.csv'));
 * const candidates = table.filter(({ seriesUid }) => seriesUid === scan.uid);
 * const format = { dim: 32, slices: 32, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
 * const { patches, outside } = planScan(await readGeometry(scan), candidates, [], format);
 * console.log(`${patches.length} patches, ${outside.length} candidates outside the scan`);
 */
export function planScan(
  geometry: Geometry,
  candidates: readonly Candidate[],
  excluded: readonly ExcludedFinding[],
  format: PatchFormat,
): ScanPlan {
  const grid = patchGrid(geometry, format.spacingMm);
  // A candidate outside the scan gets no row, yet it still says that its neighbours are near a nodule.
  const reasons = notrainReasons(candidates, excluded, format.dim / 2);
  const patches: PlannedPatch[] = [];
  const outside: Candidate[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const centerVoxel = centerVoxelOf(geometry, format.spacingMm, candidate.centerWorldMm);
    if (!isInside(grid, centerVoxel)) outside.push(candidate);
    else
      patches.push({
        candidate,
        notrainReason: reasons[index]!,
        firstVoxel: firstVoxelOf(centerVoxel, patchSizeOf(format)),
      });
  }
  patches.sort((a, b) => a.candidate.line - b.candidate.line);
  return { patches, outside };
}

/** Voxels of a patch along x, y, z. */
export function patchSizeOf({ dim, slices }: PatchFormat): Vector3 {
  return [dim, dim, slices];
}
