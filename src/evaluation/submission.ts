import { guessOf } from '../candidates/columnRemedy.js';
import { CENTER_COLUMNS, numberCell, readCsvTable, uidCell } from '../candidates/csvTable.js';
import { InputError } from '../errors.js';

/** What a submission must say, by LUNA16's names of its columns. */
export const SUBMISSION_COLUMNS = ['seriesuid', ...CENTER_COLUMNS, 'probability'] as const;
export type SubmissionColumn = (typeof SUBMISSION_COLUMNS)[number];
/** Columns that have another name in the table. */
export type SubmissionColumns = Readonly<Partial<Record<SubmissionColumn, string>>>;

/** The marks of a table, in its order. */
export interface Submission {
  /** Series of the table, in the order of their first mark. */
  readonly series: readonly string[];
  /** (n), which of them a mark lies in. */
  readonly seriesOf: Int32Array;
  /** (n, 3), x, y, z, LPS, mm. */
  readonly centerWorldMm: Float64Array;
  /** (n), any finite number: probabilities and logits alike are ranked as they are. */
  readonly score: Float64Array;
  /** Rows that say in each column what an earlier row says. */
  readonly repeatedRows: number;
}

/**
 * Reads a submission, ours or another tool's: seriesuid, coordX, coordY, coordZ, probability, separated by commas, semicolons or
 * tabs. Throws InputError with file, line, value and what to do; a table without a mark is one.
 */
export function readSubmission(file: string, columns: SubmissionColumns = {}): Submission {
  const indexes = new Map<string, number>();
  const seriesOf: number[] = [];
  const centers: number[] = [];
  const score: number[] = [];
  const remedy = (header: readonly string[]): string => remedyOf(header, columns);
  for (const row of readCsvTable(file, SUBMISSION_COLUMNS, columns, remedy))
    try {
      const uid = uidCell(row, file);
      if (!indexes.has(uid)) indexes.set(uid, indexes.size);
      for (const column of CENTER_COLUMNS) centers.push(numberCell(row, column, file));
      score.push(numberCell(row, 'probability', file));
      seriesOf.push(indexes.get(uid)!);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(file, `${error.reason}; mend this row, or delete it`, { line: row.line });
    }
  const submission = {
    series: [...indexes.keys()],
    seriesOf: Int32Array.from(seriesOf),
    centerWorldMm: Float64Array.from(centers),
    score: Float64Array.from(score),
  };
  return { ...submission, repeatedRows: repeatedRows(submission) };
}

/** What to do about a missing column, by those that are there. */
function remedyOf(header: readonly string[], columns: SubmissionColumns): string {
  if (header.length === 1) return 'the columns of a table are separated by commas, semicolons or tabs';
  const missing = SUBMISSION_COLUMNS.filter((column) => !header.includes(columns[column] ?? column));
  const guesses = missing.map((column) => [column, guessOf(column, header)] as const);
  if (missing.join() === 'probability' && guesses[0]![1] === undefined)
    return 'each mark needs a number that says how sure it is; say its column: --columns probability=NAME';
  const given = Object.entries(columns).filter(([column]) => !missing.some((each) => each === column));
  const pairs = [...given, ...guesses].map(([column, name]) => `${column}=${name ?? 'NAME'}`);
  return `say the table's own names: --columns ${pairs.join(',')}`;
}

/** Neighbours after sorting by place and score are compared: no text is kept of a row. */
function repeatedRows({ seriesOf, centerWorldMm, score }: Omit<Submission, 'repeatedRows'>): number {
  const compare = (a: number, b: number): number =>
    score[a]! - score[b]! ||
    seriesOf[a]! - seriesOf[b]! ||
    centerWorldMm[3 * a]! - centerWorldMm[3 * b]! ||
    centerWorldMm[3 * a + 1]! - centerWorldMm[3 * b + 1]! ||
    centerWorldMm[3 * a + 2]! - centerWorldMm[3 * b + 2]!;
  const order = Uint32Array.from(score, (_, index) => index).sort(compare);
  let repeated = 0;
  for (let i = 1; i < order.length; i++) if (compare(order[i - 1]!, order[i]!) === 0) repeated++;
  return repeated;
}
