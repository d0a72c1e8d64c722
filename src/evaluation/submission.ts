import { guessOf } from '../candidates/columnRemedy.js';
import { CENTER_COLUMNS, numberCell, readCsvTable, uidCell } from '../candidates/csvTable.js';
import { InputError } from '../errors.js';

/** What a submission must say, by LUNA16's names of its columns. */
export const SUBMISSION_COLUMNS = ['seriesuid', ...CENTER_COLUMNS, 'probability'] as const;
/** The columns of a submission by their own names. */
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

/** Rows are looked up by a hash of their bits: of 750,000 no text is kept. */
function repeatedRows({ seriesOf, centerWorldMm, score }: Omit<Submission, 'repeatedRows'>): number {
  const isSame = (a: number, b: number): boolean =>
    seriesOf[a] === seriesOf[b] &&
    score[a] === score[b] &&
    [0, 1, 2].every((axis) => centerWorldMm[3 * a + axis] === centerWorldMm[3 * b + axis]);
  const places = 2 ** Math.ceil(Math.log2(2 * score.length + 1));
  /** Row + 1 of a place, 0 = free. */
  const taken = new Int32Array(places);
  const bits = new Int32Array(centerWorldMm.buffer);
  const scoreBits = new Int32Array(score.buffer);
  let repeated = 0;
  for (let row = 0; row < score.length; row++) {
    let hash = seriesOf[row]!;
    for (let i = 0; i < 6; i++) hash = mixed(hash ^ bits[6 * row + i]!);
    for (let i = 0; i < 2; i++) hash = mixed(hash ^ scoreBits[2 * row + i]!);
    let place = hash & (places - 1);
    while (taken[place] !== 0 && !isSame(taken[place]! - 1, row)) place = (place + 1) & (places - 1);
    if (taken[place] === 0) taken[place] = row + 1;
    else repeated++;
  }
  return repeated;
}

/** All bits of a word take part in the low ones (a step of MurmurHash3). */
function mixed(word: number): number {
  const product = Math.imul(word, 0x85ebca6b);
  return product ^ (product >>> 13);
}
