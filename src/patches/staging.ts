import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../paths.js';
import type { CutScan } from './cutScan.js';

/** Cut rows on their way to the patch file, one pair of files a scan; they outlive an interruption. */
export interface Staging {
  /** Where the rows of a scan go. */
  rowsFile(uid: string): string;
  /** Where its masks go. */
  masksFile(uid: string): string;
  /** What an earlier run left of a scan, if it is whole and the scan has not changed since (`stamp`). */
  finished(uid: string, stamp: string, bytesPerRow: RowBytes): CutScan | undefined;
  finish(uid: string, stamp: string, scan: CutScan): void;
  /** Drops what earlier runs left. */
  forget(): void;
  remove(): void;
}

/** Bytes of a row in the two files of a scan; 0 masks where none are wanted. */
export interface RowBytes {
  readonly voxels: number;
  readonly masks: number;
}

interface Record {
  readonly stamp: string;
  readonly scan: CutScan;
}

/** Opens `<file>.staging/`; what lies there for other settings is removed. */
export function openStaging(file: string, settings: string): Staging {
  const folder = `${file}.staging`;
  const settingsFile = join(folder, 'settings.json');
  const begin = (): void => {
    rmSync(folder, { recursive: true, force: true });
    makeFolder(folder);
    writeFileAtomically(settingsFile, settings);
  };
  if (readIfThere(settingsFile) !== settings) begin();
  // Uids come from file names; the prefix keeps them apart from settings.json.
  const rowsFile = (uid: string): string => join(folder, `scan-${uid}.rows`);
  const masksFile = (uid: string): string => join(folder, `scan-${uid}.masks`);
  const recordFile = (uid: string): string => join(folder, `scan-${uid}.json`);
  return {
    rowsFile,
    masksFile,
    finished: (uid, stamp, bytesPerRow) => {
      const text = readIfThere(recordFile(uid));
      if (text === undefined) return undefined;
      const record = JSON.parse(text) as Record;
      const rows = record.scan.rows.length;
      const whole =
        sizeOf(rowsFile(uid)) === rows * bytesPerRow.voxels &&
        (bytesPerRow.masks === 0 || sizeOf(masksFile(uid)) === rows * bytesPerRow.masks);
      return record.stamp === stamp && whole ? record.scan : undefined;
    },
    finish: (uid, stamp, scan) =>
      writeFileAtomically(recordFile(uid), JSON.stringify({ stamp, scan } satisfies Record)),
    forget: begin,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
