import { CENTER_COLUMNS } from '../candidates/csvTable.js';
import { csvText } from '../candidates/csvText.js';
import type { Vector3 } from '../volumes/voxels/volume.js';

/** A candidate with the network's answer. */
export interface PredictedFinding {
  readonly seriesUid: string;
  readonly centerWorldMm: Vector3;
  readonly class: number;
  /** Of class 1. */
  readonly probability: number;
}

/** With what the patch file says of it. */
export interface ScoredFinding extends PredictedFinding {
  /** Other than 0: training leaves the row out. */
  readonly notrain: number;
}

export const ROW_COLUMNS = [
  'seriesuid',
  ...CENTER_COLUMNS,
  'class',
  'notrain',
  'probability',
  'corrected',
] as const;

/** All that a score was made of: the submission's columns with the class, notrain, and the probability for the data's share of nodules. */
export function rowTable(findings: readonly ScoredFinding[], corrected: ArrayLike<number>): string {
  return csvText(
    ROW_COLUMNS,
    findings.map(({ seriesUid, centerWorldMm, probability, class: label, notrain }, i) => [
      ...[seriesUid, ...centerWorldMm, label, notrain, probability],
      corrected[i]!,
    ]),
  );
}

/** LUNA16's format of a submission: seriesuid,coordX,coordY,coordZ,probability. */
export function predictionTable(findings: readonly PredictedFinding[]): string {
  return csvText(
    ['seriesuid', ...CENTER_COLUMNS, 'probability'],
    findings.map(({ seriesUid, centerWorldMm, probability }) => [seriesUid, ...centerWorldMm, probability]),
  );
}
