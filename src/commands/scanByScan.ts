import { InputError, messageOf } from '../errors.js';
import type { ScanFile } from '../volumes/findScans.js';
import { say } from './standardStreams.js';
import { type Watch, withProgress } from './withProgress.js';

/** What became of some scans. */
export interface ScansDone<T> {
  readonly found: readonly T[];
  readonly failed: readonly { readonly scan: string; readonly reason: string }[];
}

/**
 * Does a work on one scan after the other. One that cannot be used is named, the others go on and the exit code is 1. `told` ends the line
 * of progress, for what is said of a scan. Throws InputError where none could be used, and what `work` throws otherwise.
 */
export async function scanByScan<T>(
  scans: readonly ScanFile[],
  work: (scan: ScanFile, watch: Watch, told: (text: string) => void) => Promise<T>,
): Promise<ScansDone<T>> {
  const found: T[] = [];
  const failed: { scan: string; reason: string }[] = [];
  await withProgress(async (watch, line) => {
    const told = (text: string): void => {
      line.end();
      say(`${text}\n`);
    };
    for (const scan of scans)
      try {
        found.push(await work(scan, watch, told));
      } catch (error) {
        if (!(error instanceof InputError) || scans.length === 1) throw error;
        failed.push({ scan: scan.uid, reason: messageOf(error) });
        told(messageOf(error));
      }
  });
  const paths = scans.map(({ path }) => path).join(' ');
  if (found.length === 0 && scans.length > 0) throw new InputError(paths, 'no scan could be used, see above');
  if (failed.length > 0) process.exitCode = 1;
  return { found, failed };
}

/** What --json prints of them: one document for all scans; of one scan its own keys, too. */
export function scansDocument<T extends object>({ found, failed }: ScansDone<T>): object {
  return { ...(found.length === 1 ? found[0] : {}), scans: found, failed };
}
