import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../paths.js';
import type { CutScan } from './cutScan.js';

/** Cut rows on their way to the patch file, one pair of files a scan; they outlive an interruption. */
export interface Staging {
  /** Where the rows of a scan go. */
  rowsFile(uid: string): string;
  /** What an earlier run left of a scan, if it is whole and the scan has not changed since (`stamp`). */
  finished(uid: string, stamp: string, bytesPerRow: number): CutScan | undefined;
  finish(uid: string, stamp: string, scan: CutScan): void;
  /** Drops what earlier runs left. */
  forget(): void;
  remove(): void;
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
  const recordFile = (uid: string): string => join(folder, `scan-${uid}.json`);
  return {
    rowsFile,
    finished: (uid, stamp, bytesPerRow) => {
      const text = readIfThere(recordFile(uid));
      if (text === undefined) return undefined;
      const record = JSON.parse(text) as Record;
      const bytes = existsSync(rowsFile(uid)) ? statSync(rowsFile(uid)).size : 0;
      return record.stamp === stamp && bytes === record.scan.rows.length * bytesPerRow
        ? record.scan
        : undefined;
    },
    finish: (uid, stamp, scan) =>
      writeFileAtomically(recordFile(uid), JSON.stringify({ stamp, scan } satisfies Record)),
    forget: begin,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
