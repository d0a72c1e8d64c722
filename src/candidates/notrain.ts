import type { Vector3 } from '../volumes/voxels/volume.js';
import type { Candidate } from './candidate.js';
import type { ExcludedFinding } from './excludedFindings.js';

/** Why a candidate is left out of training. */
export const NOTRAIN_REASON = { none: 0, nearPositive: 1, nearExcludedFinding: 2 } as const;

/**
 * A reason for each candidate of one scan: a negative within `distanceMm` of any positive shows (part of) a nodule;
 * one within an excluded finding's radius may be a nodule. Positives are never left out. World distances, Euclidean.
 */
export function notrainReasons(
  candidates: readonly Candidate[],
  excluded: readonly ExcludedFinding[],
  distanceMm: number,
): Uint8Array {
  const positives = candidates.filter((candidate) => candidate.class === 1);
  return Uint8Array.from(candidates, ({ class: label, centerWorldMm }) => {
    if (label === 1) return NOTRAIN_REASON.none;
    if (positives.some((positive) => isWithin(positive.centerWorldMm, centerWorldMm, distanceMm)))
      return NOTRAIN_REASON.nearPositive;
    if (excluded.some((finding) => isWithin(finding.centerWorldMm, centerWorldMm, finding.radiusMm)))
      return NOTRAIN_REASON.nearExcludedFinding;
    return NOTRAIN_REASON.none;
  });
}

/** Whether two world positions are at most so far apart. */
export function isWithin(a: Vector3, b: Vector3, distanceMm: number): boolean {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) <= distanceMm;
}
