import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { jsonIn } from '../jsonPlace.js';
import { makeFolder, writeFileAtomically } from '../paths.js';
import { findContiguous } from '../store/hdf5/hdf5Layout.js';
import { textIfThere } from '../textIfThere.js';
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

/** `sha256` is of the scan's JSON: the bytes that were written, or none of them are believed. */
interface ScanRecord {
  readonly stamp: string;
  readonly sha256: string;
  readonly scan: string;
}

function folderOf(file: string): string {
  return `${file}.staging`;
}

/** Looks into `<file>.staging/`; what lies there for another `key` counts for nothing. */
export function openStaging(file: string, key: string): Staging {
  const folder = folderOf(file);
  const keyFile = join(folder, 'settings.json');
  const rowsFile = join(folder, 'rows.hdf5');
  // The prefix keeps them apart from settings.json; uids come from file names and headers, and name no other folder.
  const recordFile = (uid: string): string =>
    join(folder, `scan-${uid.replace(/[/\\\0%]/g, encodeURIComponent)}.json`);
  const isBegun = textIfThere(keyFile) === key && hasPlaces(rowsFile);
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
      const record = isBegun ? parsed(textIfThere(recordFile(uid))) : undefined;
      // Its sha256 says that it is what finish() wrote, by this version: another one has another key.
      const whole = record?.stamp === stamp ? record.scan : undefined;
      return whole === undefined ? undefined : JSON.parse(whole);
    },
    finish: (uid, stamp, scan) =>
      writeFileAtomically(recordFile(uid), JSON.stringify(recordOf(stamp, JSON.stringify(scan)))),
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

function recordOf(stamp: string, scan: string): ScanRecord {
  return { stamp, sha256: createHash('sha256').update(scan).digest('hex'), scan };
}

/** A power cut may leave a record without its bytes, or with others. */
function parsed(text: string | undefined): ScanRecord | undefined {
  try {
    const place = jsonIn('', text ?? '', 'a record');
    const record = recordOf(place.at('stamp').text(), place.at('scan').text());
    return record.sha256 === place.at('sha256').value ? record : undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}
