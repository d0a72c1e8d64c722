import { CENTER_COLUMNS } from '../candidates/csvTable.js';
import { csvText } from '../candidates/csvText.js';
import { type ReadingMark, requireMarks } from './mark.js';

/**
 * Marks as a table in their order: LUNA16's columns of a submission with diameter_mm and, where a mark has one, score; a cell
 * is empty where a mark does not say it. Throws RangeError for a mark without a place.
 * @example
 * const csv = marksToCsv([{ centerWorldMm: [1.5, -2, 30], probability: 0.8, diameterMm: 6.5 }], '1.2.3');
 * const [header, row] = csv.split('\n');
 * header //=> 'seriesuid,coordX,coordY,coordZ,probability,diameter_mm'
 * row //=> '1.2.3,1.5,-2,30,0.8,6.5'
 */
export function marksToCsv(marks: readonly ReadingMark[], seriesUid: string): string {
  requireMarks(marks);
  const scores = marks.some(({ score }) => score !== undefined);
  return csvText(
    ['seriesuid', ...CENTER_COLUMNS, 'probability', 'diameter_mm', ...(scores ? ['score'] : [])],
    marks.map(({ centerWorldMm, probability, diameterMm, score }) => [
      ...[seriesUid, ...centerWorldMm, probability ?? '', diameterMm ?? ''],
      ...(scores ? [score ?? ''] : []),
    ]),
  );
}
