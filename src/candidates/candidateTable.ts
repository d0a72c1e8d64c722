import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import type { Candidate, VoxelCandidate } from './candidate.js';
import { columnRemedy } from './columnRemedy.js';
import { type CsvRow, centerOf, numberCell, readCsvTable, uidCell } from './csvTable.js';
import { CANDIDATE_COLUMNS, LUNA16_FORMAT, type TableFormat } from './tableFormat.js';

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
  const table = candidateTableIn(path);
  if (table === undefined)
    throw new InputError(path, `expected ${TABLE_NAMES.join(' or ')} in this folder, found neither`);
  return table;
}

/** The better of the tables that a folder holds. */
export function candidateTableIn(folder: string): string | undefined {
  return TABLE_NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * All candidates of a table with seriesuid, coordX, coordY, coordZ and class (0 or 1), in file order; by default LUNA16's
 * own (world, LPS, mm). Throws InputError with file, line and value.
 * @example
 * const candidates = readCandidates(inRepository('data/raw/candidates_V2.csv'));
 * const nodules = candidates.filter((candidate) => candidate.class === 1);
 * console.log(`${nodules.length} of ${candidates.length} candidates are nodules`);
 */
export function readCandidates(path: string): readonly Candidate[];
export function readCandidates(path: string, format: TableFormat): readonly (Candidate | VoxelCandidate)[];
export function readCandidates(
  path: string,
  { columns, coordinates }: TableFormat = LUNA16_FORMAT,
): readonly (Candidate | VoxelCandidate)[] {
  const file = candidateTablePath(path);
  const candidates: (Candidate | VoxelCandidate)[] = [];
  // One string a series instead of one a row: LUNA16's table has 755,000 rows of 888 series.
  const uids = new Map<string, string>();
  const remedy = (header: readonly string[]): string => columnRemedy(header, columns);
  for (const row of readCsvTable(file, CANDIDATE_COLUMNS, columns, remedy)) {
    const uid = uidCell(row, file);
    if (!uids.has(uid)) uids.set(uid, uid);
    const named = { seriesUid: uids.get(uid)!, class: classOf(row, file), line: row.line };
    const center = centerOf(row, file);
    if (coordinates === 'voxel') candidates.push({ ...named, centerVoxel: center });
    else candidates.push({ ...named, centerWorldMm: coordinates === 'ras' ? flipped(center) : center });
  }
  if (candidates.length === 0) throw new InputError(file, 'expected candidates, the table has none');
  return candidates;
}

/** RAS <-> LPS. */
function flipped([x, y, z]: Vector3): Vector3 {
  return [-x, -y, z];
}

function classOf(row: CsvRow<'class'>, file: string): 0 | 1 {
  const value = numberCell(row, 'class', file);
  if (value === 0 || value === 1) return value;
  throw new InputError(file, `${row.names.class ?? 'class'}: expected 0 or 1, received ${value}`, {
    line: row.line,
  });
}
