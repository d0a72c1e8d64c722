import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { makeFolder, writeFileAtomically } from '../paths.js';
import { findContiguous } from '../store/hdf5Layout.js';
import type { CutScan } from './cutScan.js';

/** The folder of a patch file to be: its rows, and what became of each scan; it outlives an interruption. */
export interface Staging {
  /** Holds the rows where the patch file has them. */
  readonly rowsFile: string;
  /** Receives the patch file's own header. */
  readonly headerFile: string;
  /** Whether an earlier run has made `rowsFile`, for the same rows. */
  readonly isBegun: boolean;
  /** An empty folder. */
  begin(): void;
  /** `rowsFile` has been made. */
  begun(): void;
  /** What an earlier run left of a scan, if the scan has not changed since (`stamp`). */
  finished(uid: string, stamp: string): CutScan | undefined;
  finish(uid: string, stamp: string, scan: CutScan): void;
}

interface Record {
  readonly stamp: string;
  readonly scan: CutScan;
}

function folderOf(file: string): string {
  return `${file}.staging`;
}

/** Looks into `<file>.staging/`; what lies there for another `key` counts for nothing. */
export function openStaging(file: string, key: string): Staging {
  const folder = folderOf(file);
  const keyFile = join(folder, 'settings.json');
  const rowsFile = join(folder, 'rows.hdf5');
  // Uids come from file names; the prefix keeps them apart from settings.json.
  const recordFile = (uid: string): string => join(folder, `scan-${uid}.json`);
  const isBegun = readIfThere(keyFile) === key && hasPlaces(rowsFile);
  return {
    rowsFile,
    headerFile: join(folder, 'header.hdf5'),
    isBegun,
    begin: () => {
      removeStaging(file);
      makeFolder(folder);
    },
    begun: () => writeFileAtomically(keyFile, key),
    finished: (uid, stamp) => {
      const record = isBegun ? parsed(readIfThere(recordFile(uid))) : undefined;
      return record?.stamp === stamp ? record.scan : undefined;
    },
    finish: (uid, stamp, scan) =>
      writeFileAtomically(recordFile(uid), JSON.stringify({ stamp, scan } satisfies Record)),
  };
}

/** Drops what earlier runs left. */
export function removeStaging(file: string): void {
  rmSync(folderOf(file), { recursive: true, force: true });
}

/** A power cut may leave a file without its header. */
function hasPlaces(rowsFile: string): boolean {
  try {
    return findContiguous(rowsFile, 'input') !== undefined;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** A power cut may leave a record without its bytes. */
function parsed(text: string | undefined): Record | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Record);
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
