import { voxelToWorld } from '../volumes/geometry.js';
import type { Geometry } from '../volumes/volume.js';
import type { Candidate, VoxelCandidate } from './candidate.js';

/** Candidates of one scan with their world positions. */
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
