import {
  CENTER_COLUMNS,
  type CsvRow,
  centerOf,
  numberCell,
  readCsvTable,
  uidCell,
} from '../candidates/csvTable.js';
import { InputError } from '../errors.js';
import { given } from '../given.js';
import type { ReadingMark } from './mark.js';

/** What a mark may say beside its place. */
const SAID = ['probability', 'score', 'diameter_mm'] as const;
type MarkColumn = 'seriesuid' | (typeof CENTER_COLUMNS)[number] | (typeof SAID)[number];

/**
 * The marks of a table by series: seriesuid, coordX, coordY, coordZ and, where they are there, probability, score and diameter_mm
 * (below 0 = unknown), so that submissions, candidates and annotations are all fine. Of each series the surest marks come
 * first, by probability, else by score, else in the table's order. Throws InputError with file and line.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const marks = readMarks(inRepository('data/raw/annotations.csv')).get(scan.uid) ?? [];
 * display(sliceViewer(await readVolume(scan), { marks, window: WINDOWS.lung }));
 */
export function readMarks(file: string): ReadonlyMap<string, readonly ReadingMark[]> {
  const columnsIn = (there: readonly string[]): readonly MarkColumn[] => [
    ...(['seriesuid', ...CENTER_COLUMNS] as const),
    ...SAID.filter((column) => there.includes(column)),
  ];
  const ofSeries = new Map<string, ReadingMark[]>();
  for (const row of readCsvTable(file, columnsIn)) {
    const uid = uidCell(row, file);
    const marks = ofSeries.get(uid);
    const mark = markOf(row, file);
    if (marks === undefined) ofSeries.set(uid, [mark]);
    else marks.push(mark);
  }
  return new Map([...ofSeries].map(([uid, marks]) => [uid, marks.toSorted(bySurety)]));
}

function markOf(row: CsvRow<MarkColumn>, file: string): ReadingMark {
  const value = (column: (typeof SAID)[number]): number | undefined =>
    (row.cells[column] ?? '').trim() === '' ? undefined : numberCell(row, column, file);
  const [probability, score, diameterMm] = SAID.map(value);
  if (probability !== undefined && !(probability >= 0 && probability <= 1))
    throw new InputError(
      file,
      `probability: expected a number from 0 to 1, received ${probability}; call the column score if it is none`,
      { line: row.line },
    );
  return {
    centerWorldMm: centerOf(row, file),
    ...given({ probability, score }),
    ...(diameterMm === undefined || diameterMm <= 0 ? {} : { diameterMm }),
  };
}

function bySurety(a: ReadingMark, b: ReadingMark): number {
  const surety = ({ probability, score }: ReadingMark): number => probability ?? score ?? 0;
  return surety(b) - surety(a);
}
