import { InputError } from '../errors.js';
import { isFolder } from '../paths.js';
import { findScans } from '../volumes/findScans.js';
import { numberCell, readCsvTable, uidCell } from './csvTable.js';

/** Which fold each series lies in, from 0. */
export type Folds = ReadonlyMap<string, number>;

/**
 * Folds of a table (seriesuid, and subset or fold), or of LUNA16's folders subset0/ .. subset9/ with their scans. Throws
 * InputError for a series in two folds, and for a fold that is no whole number from 0.
 */
export function readFolds(path: string): Folds {
  return isFolder(path) ? foldsOfFolders(path) : foldsOfTable(path);
}

function foldsOfFolders(folder: string): Folds {
  const scans = findScans(folder, 'all');
  if (scans.some(({ subset }) => subset < 0))
    throw new InputError(
      folder,
      'expected folders subset0/, subset1/, ..., found scans in the folder itself',
    );
  return new Map(scans.map(({ uid, subset }) => [uid, subset]));
}

function foldsOfTable(file: string): Folds {
  const folds = new Map<string, number>();
  for (const row of foldRows(file)) {
    const column = 'fold' in row.cells ? 'fold' : 'subset';
    const fold = numberCell(row, column, file);
    const uid = uidCell(row, file);
    const refuse = (reason: string): InputError => new InputError(file, reason, { line: row.line });
    if (!Number.isInteger(fold) || fold < 0)
      throw refuse(`${column}: expected a whole number from 0, received ${fold}`);
    if ((folds.get(uid) ?? fold) !== fold)
      throw refuse(`expected each series in one fold, received ${uid} in ${folds.get(uid)} and ${fold}`);
    folds.set(uid, fold);
  }
  return folds;
}

/** The column is called subset, as LUNA16's folders are, or fold. */
function foldRows(file: string): ReturnType<typeof readCsvTable<'seriesuid' | 'subset' | 'fold'>> {
  return readCsvTable(
    file,
    (there) => ['seriesuid', there.includes('fold') && !there.includes('subset') ? 'fold' : 'subset'],
    {},
    () => 'name the column of the folds subset or fold',
  );
}
