import type { Vector3 } from '../volumes/voxels/volume.js';
import { CENTER_COLUMNS, centerOf, numberCell, readCsvTable, uidCell } from './csvTable.js';

/** A finding of a reference table: LUNA16's annotations.csv (nodules) and annotations_excluded.csv have the same columns. */
export interface Annotation {
  readonly seriesUid: string;
  /** LPS. */
  readonly centerWorldMm: Vector3;
  /** Negative = unknown. */
  readonly diameterMm: number;
}

/** LUNA16's evaluation takes findings of unknown size (diameter -1, 87 % of its excluded ones) as 10 mm wide. */
const UNKNOWN_DIAMETER_MM = 10;

/** A mark hits a finding when it lies nearer to its centre. */
export function radiusMm({ diameterMm }: Annotation): number {
  return (diameterMm < 0 ? UNKNOWN_DIAMETER_MM : diameterMm) / 2;
}

/** Of the findings of a scan that hold a place the one whose centre is nearest; undefined where none does. */
export function findingAt(findings: readonly Annotation[], [x, y, z]: Vector3): Annotation | undefined {
  let nearest: Annotation | undefined;
  let nearestMm = Number.POSITIVE_INFINITY;
  for (const finding of findings) {
    const [cx, cy, cz] = finding.centerWorldMm;
    const awayMm = Math.hypot(x - cx, y - cy, z - cz);
    if (awayMm < Math.min(nearestMm, radiusMm(finding))) [nearest, nearestMm] = [finding, awayMm];
  }
  return nearest;
}

/** Reads seriesuid, coordX, coordY, coordZ, diameter_mm. Throws InputError with file, line and value. */
export function readAnnotations(file: string): readonly Annotation[] {
  return Array.from(readCsvTable(file, ['seriesuid', ...CENTER_COLUMNS, 'diameter_mm']), (row) => ({
    seriesUid: uidCell(row, file),
    centerWorldMm: centerOf(row, file),
    diameterMm: numberCell(row, 'diameter_mm', file),
  }));
}
