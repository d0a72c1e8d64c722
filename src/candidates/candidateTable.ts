import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import type { Candidate } from './candidate.js';
import { CENTER_COLUMNS, centerOf, numberCell, readCsvTable, uidCell } from './csvTable.js';

/** Names that a folder is searched for, the better one first. */
const TABLE_NAMES = ['candidates_V2.csv', 'candidates.csv'] as const;

/** The table itself, or the one in a folder. Throws InputError where there is none. */
export function candidateTablePath(path: string): string {
  const stat = existsSync(path) ? statSync(path) : undefined;
  if (stat === undefined)
    throw new InputError(
      path,
      'expected a candidate table or a folder that holds one, found nothing; see CSV_PATH',
    );
  if (!stat.isDirectory()) return path;
  const name = TABLE_NAMES.find((known) => existsSync(join(path, known)));
  if (name === undefined)
    throw new InputError(path, `expected ${TABLE_NAMES.join(' or ')} in this folder, found neither`);
  return join(path, name);
}

/**
 * All candidates of a table with seriesuid, coordX, coordY, coordZ (world, LPS, mm) and class (0 or 1), in file order.
 * Throws InputError with file, line and value.
 */
export function readCandidates(path: string): readonly Candidate[] {
  const file = candidateTablePath(path);
  const candidates: Candidate[] = [];
  // One string a series instead of one a row: LUNA16's table has 755,000 rows of 888 series.
  const uids = new Map<string, string>();
  for (const row of readCsvTable(file, ['seriesuid', ...CENTER_COLUMNS, 'class'])) {
    const uid = uidCell(row, file);
    if (!uids.has(uid)) uids.set(uid, uid);
    candidates.push({
      seriesUid: uids.get(uid)!,
      centerWorldMm: centerOf(row, file),
      class: classOf(numberCell(row, 'class', file), file, row.line),
      line: row.line,
    });
  }
  if (candidates.length === 0) throw new InputError(file, 'expected candidates, the table has none');
  return candidates;
}

function classOf(value: number, file: string, line: number): 0 | 1 {
  if (value === 0 || value === 1) return value;
  throw new InputError(file, `class: expected 0 or 1, received ${value}`, { line });
}
