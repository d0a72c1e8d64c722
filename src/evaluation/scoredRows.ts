import { CENTER_COLUMNS, numberCell, readCsvTable, uidCell } from '../candidates/csvTable.js';
import { InputError } from '../errors.js';
import type { PredictedFinding } from './predictionTable.js';

/** What a table must say for its scores to be drawn. */
const COLUMNS = ['seriesuid', 'class', 'probability'] as const;

/**
 * Candidates with class and probability: rows.csv of an evaluation or a cross-validation, or a table of one's own with the same
 * columns; centres are (0, 0, 0) where it has none and `places` does not ask for them. Throws InputError.
 */
export function readScoredRows(file: string, { places = false } = {}): PredictedFinding[] {
  const columnsIn = (there: readonly string[]) =>
    places || CENTER_COLUMNS.every((column) => there.includes(column))
      ? ([...COLUMNS, ...CENTER_COLUMNS] as const)
      : COLUMNS;
  const rows: PredictedFinding[] = [];
  for (const row of readCsvTable<(typeof COLUMNS)[number] | (typeof CENTER_COLUMNS)[number]>(
    file,
    columnsIn,
  )) {
    const label = numberCell(row, 'class', file);
    const probability = numberCell(row, 'probability', file);
    if (label !== 0 && label !== 1)
      throw new InputError(file, `class: expected 0 or 1, received ${label}`, { line: row.line });
    if (probability < 0 || probability > 1)
      throw new InputError(file, `probability: expected 0 to 1, received ${probability}`, { line: row.line });
    const [x, y, z] =
      'coordX' in row.cells ? CENTER_COLUMNS.map((column) => numberCell(row, column, file)) : [0, 0, 0];
    rows.push({ seriesUid: uidCell(row, file), centerWorldMm: [x!, y!, z!], class: label, probability });
  }
  const classes = new Set(rows.map((row) => row.class));
  if (classes.size < 2)
    throw new InputError(
      file,
      `expected rows of both classes, received ${rows.length === 0 ? 'no row' : `${rows.length} of class ${[...classes][0]} alone`}`,
    );
  return rows;
}
