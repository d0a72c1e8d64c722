import { voxelToWorld } from '../volumes/voxels/geometry.js';
import type { Geometry } from '../volumes/voxels/volume.js';
import type { Candidate, VoxelCandidate } from './candidate.js';

/**
 * Candidates of one scan with their world positions.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const candidate = { seriesUid: scan.uid, class: 1, line: 2, centerVoxel: [10, 20, 30] } as const;
 * const [{ centerWorldMm }] = inWorld([candidate], await readGeometry(scan));
 * console.log(centerWorldMm);
 */
export function inWorld(
  candidates: readonly (Candidate | VoxelCandidate)[],
  geometry: Geometry,
): readonly Candidate[] {
  return candidates.map((candidate) =>
    'centerWorldMm' in candidate
      ? candidate
      : {
          seriesUid: candidate.seriesUid,
          centerWorldMm: voxelToWorld(geometry, candidate.centerVoxel),
          class: candidate.class,
          line: candidate.line,
        },
  );
}
