import type { Vector3 } from '../volumes/volume.js';
import { readAnnotations } from './annotations.js';

/** A finding that is neither nodule nor not: marked by a reader, not by enough of them. */
export interface ExcludedFinding {
  readonly seriesUid: string;
  readonly centerWorldMm: Vector3;
  readonly radiusMm: number;
}

/** LUNA16's evaluation takes findings of unknown size (diameter -1, 87 % of its table) as 10 mm wide. */
const UNKNOWN_DIAMETER_MM = 10;

/** Reads LUNA16's annotations_excluded.csv. Throws InputError. */
export function readExcludedFindings(file: string): readonly ExcludedFinding[] {
  return readAnnotations(file).map(({ seriesUid, centerWorldMm, diameterMm }) => ({
    seriesUid,
    centerWorldMm,
    radiusMm: (diameterMm < 0 ? UNKNOWN_DIAMETER_MM : diameterMm) / 2,
  }));
}
