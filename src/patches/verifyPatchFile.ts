import { availableParallelism } from 'node:os';
import { awaitReadableBelow } from '../awaitReadable.js';
import { rowsBySeries } from '../candidates/groupBySeries.js';
import { InputError } from '../errors.js';
import { given } from '../given.js';
import type { Progress } from '../progress.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { runOnThreads } from '../threadPool.js';
import { findScans, type ScanFile } from '../volumes/findScans.js';
import type { ReadingChoices } from '../volumes/readVolume.js';
import { readingOf } from './readingSettings.js';

export interface VerifyOptions {
  /** A patch file that voxlab cut. */
  readonly file: string;
  /** Where its scans lie: subset folders, or the scans themselves. */
  readonly scansFolder: string;
  /** Default: one a core. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What was found; a file is as its provenance says where all lists are empty. */
export interface Verification {
  readonly file: string;
  readonly rows: number;
  readonly scans: number;
  /** Scans of the file that are not in the folder, or cannot be read. */
  readonly missing: readonly { readonly uid: string; readonly reason: string }[];
  /** Scans with other bytes than when they were cut (sha256): their rows are not compared. */
  readonly changed: readonly { readonly uid: string; readonly expected: string; readonly received: string }[];
  /** Rows whose voxels are not those that cutting gives, whose columns are not possible, or of a scan that the provenance lacks. */
  readonly wrongRows: readonly { readonly row: number; readonly uid: string; readonly reason: string }[];
  /** Scans that could not be read when the file was cut: it has no row of them. */
  readonly failedScans: readonly string[];
}

/** One scan's rows for a thread. */
export interface VerifyTask {
  readonly file: string;
  readonly scan: ScanFile;
  readonly sha256: string;
  readonly reading: ReadingChoices;
  readonly rows: readonly number[];
}

export type VerifyAnswer =
  | { readonly uid: string; readonly wrong: readonly number[] }
  | { readonly uid: string; readonly received: string }
  | { readonly uid: string; readonly unreadable: string };

/**
 * Compares a patch file with the scans that it was cut from: their sha256, and every voxel of every row, cut again.
 * Throws InputError for a file that voxlab did not cut and a folder without scans, InterruptedError.
 */
export async function verifyPatchFile(options: VerifyOptions): Promise<Verification> {
  const patches = await openPatchFile(options.file);
  try {
    const { provenance } = patches;
    if (provenance === undefined)
      throw new InputError(
        options.file,
        'expected a patch file that voxlab cut: it says where its rows come from',
      );
    await awaitReadableBelow(options.scansFolder);
    const there = new Map(findScans(options.scansFolder, 'all').map((scan) => [scan.uid, scan]));
    const rowsOf = rowsBySeries(patches.places().seriesUids);
    const missing: { uid: string; reason: string }[] = [];
    const tasks: VerifyTask[] = [];
    const reading = readingOf(provenance.settings);
    for (const [uid, sha256] of Object.entries(provenance.scans)) {
      const scan = there.get(uid);
      if (scan === undefined) missing.push({ uid, reason: `not in ${options.scansFolder}` });
      else tasks.push({ file: options.file, scan, sha256, reading, rows: rowsOf.get(uid) ?? [] });
    }
    const answers = await verifyScans(tasks, options);
    for (const answer of answers)
      if ('unreadable' in answer) missing.push({ uid: answer.uid, reason: answer.unreadable });
    return {
      file: options.file,
      rows: patches.rows,
      scans: Object.keys(provenance.scans).length,
      missing,
      changed: answers.flatMap((answer) =>
        'received' in answer
          ? [{ uid: answer.uid, expected: provenance.scans[answer.uid]!, received: answer.received }]
          : [],
      ),
      wrongRows: [
        ...wrongColumns(patches, rowsOf, provenance.scans, there),
        ...answers.flatMap((answer) =>
          'wrong' in answer
            ? answer.wrong.map((row) => ({ row, uid: answer.uid, reason: 'other voxels than cutting gives' }))
            : [],
        ),
      ].sort((a, b) => a.row - b.row),
      failedScans: Object.keys(provenance.failedScans ?? {}),
    };
  } finally {
    patches.close();
  }
}

async function verifyScans(
  tasks: readonly VerifyTask[],
  { workers, signal, onProgress }: VerifyOptions,
): Promise<readonly VerifyAnswer[]> {
  const answers: VerifyAnswer[] = [];
  await runOnThreads<VerifyTask, VerifyAnswer>({
    program: new URL('./verifyWorker.js', import.meta.url),
    tasks,
    threads: workers ?? availableParallelism(),
    nameOf: ({ scan }) => scan.path,
    doing: 'verifying',
    onResult: (answer) => {
      answers.push(answer);
      onProgress?.({ stage: 'verify', done: answers.length, total: tasks.length, unit: 'scans' });
    },
    ...given({ signal }),
  });
  return answers.sort((a, b) => (a.uid < b.uid ? -1 : 1));
}

function wrongColumns(
  patches: PatchFile,
  rowsOf: ReadonlyMap<string, readonly number[]>,
  scans: Readonly<Record<string, string>>,
  there: ReadonlyMap<string, ScanFile>,
): { row: number; uid: string; reason: string }[] {
  const { classes, notrain, notrainReason, subsets } = patches.labels();
  const wrong: { row: number; uid: string; reason: string }[] = [];
  for (const [uid, rows] of rowsOf)
    for (const row of rows) {
      const because = (reason: string): void => void wrong.push({ row, uid, reason });
      const subset = there.get(uid)?.subset;
      if (!(uid in scans)) because('the provenance has no such scan');
      if (classes[row]! > 1) because(`expected class 0 or 1, found ${classes[row]}`);
      if (notrain[row] !== (notrainReason[row] === 0 ? 0 : 1))
        because(`notrain ${notrain[row]} does not follow from its reason ${notrainReason[row]}`);
      if (subset !== undefined && subset !== subsets[row])
        because(`expected subset ${subset}, where the scan lies, found ${subsets[row]}`);
    }
  return wrong;
}
