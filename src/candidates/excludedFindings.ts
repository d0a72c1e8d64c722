import type { Vector3 } from '../volumes/volume.js';
import { CENTER_COLUMNS, centerOf, numberCell, readCsvTable, uidCell } from './csvTable.js';

/** A finding that is neither nodule nor not: marked by a reader, not by enough of them. */
export interface ExcludedFinding {
  readonly seriesUid: string;
  readonly centerWorldMm: Vector3;
  readonly radiusMm: number;
}

/** LUNA16's evaluation takes findings of unknown size (diameter -1, 87 % of its table) as 10 mm wide. */
const UNKNOWN_DIAMETER_MM = 10;

/** Reads LUNA16's annotations_excluded.csv: seriesuid, coordX, coordY, coordZ, diameter_mm. Throws InputError. */
export function readExcludedFindings(file: string): readonly ExcludedFinding[] {
  return Array.from(readCsvTable(file, ['seriesuid', ...CENTER_COLUMNS, 'diameter_mm']), (row) => {
    const diameterMm = numberCell(row, 'diameter_mm', file);
    return {
      seriesUid: uidCell(row, file),
      centerWorldMm: centerOf(row, file),
      radiusMm: (diameterMm < 0 ? UNKNOWN_DIAMETER_MM : diameterMm) / 2,
    };
  });
}
