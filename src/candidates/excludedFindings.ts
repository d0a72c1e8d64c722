import type { Vector3 } from '../volumes/voxels/volume.js';
import { radiusMm, readAnnotations } from './annotations.js';

/** A finding that is neither nodule nor not: marked by a reader, not by enough of them. */
export interface ExcludedFinding {
  readonly seriesUid: string;
  readonly centerWorldMm: Vector3;
  readonly radiusMm: number;
}

/** Reads LUNA16's annotations_excluded.csv. Throws InputError. */
export function readExcludedFindings(file: string): readonly ExcludedFinding[] {
  return readAnnotations(file).map((finding) => ({
    seriesUid: finding.seriesUid,
    centerWorldMm: finding.centerWorldMm,
    radiusMm: radiusMm(finding),
  }));
}
