import type { Vector3 } from '../volumes/volume.js';

/** A candidate with the network's answer. */
export interface PredictedFinding {
  readonly seriesUid: string;
  readonly centerWorldMm: Vector3;
  readonly class: number;
  /** Of class 1. */
  readonly probability: number;
}

/** LUNA16's format of a submission: seriesuid,coordX,coordY,coordZ,probability. */
export function predictionTable(findings: readonly PredictedFinding[]): string {
  const rows = findings.map(({ seriesUid, centerWorldMm, probability }) =>
    [cell(seriesUid), ...centerWorldMm, probability].join(','),
  );
  return `${['seriesuid,coordX,coordY,coordZ,probability', ...rows].join('\n')}\n`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
