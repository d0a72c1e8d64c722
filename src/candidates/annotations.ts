import type { Vector3 } from '../volumes/volume.js';
import { CENTER_COLUMNS, centerOf, numberCell, readCsvTable, uidCell } from './csvTable.js';

/** A finding of a reference table: LUNA16's annotations.csv (nodules) and annotations_excluded.csv have the same columns. */
export interface Annotation {
  readonly seriesUid: string;
  /** LPS. */
  readonly centerWorldMm: Vector3;
  /** Negative = unknown. */
  readonly diameterMm: number;
}

/** Reads seriesuid, coordX, coordY, coordZ, diameter_mm. Throws InputError with file, line and value. */
export function readAnnotations(file: string): readonly Annotation[] {
  return Array.from(readCsvTable(file, ['seriesuid', ...CENTER_COLUMNS, 'diameter_mm']), (row) => ({
    seriesUid: uidCell(row, file),
    centerWorldMm: centerOf(row, file),
    diameterMm: numberCell(row, 'diameter_mm', file),
  }));
}
