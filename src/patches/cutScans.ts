import { availableParallelism } from 'node:os';
import { InputError, throwIfAborted } from '../errors.js';
import { given } from '../given.js';
import { runOnThreads } from '../threadPool.js';
import type { ScanFile } from '../volumes/findScans.js';
import { scanFiles } from '../volumes/readVolume.js';
import { statsOf } from '../volumes/voxels/inputFile.js';
import type { CropOptions } from './cropOptions.js';
import type { CutScan, CutScans, CutTask, FailedScan } from './cutScan.js';
import { bytesOfRows } from './rowBytes.js';
import { firstRowsOf, type StagedJob, stagedChecksum } from './stagedRows.js';

/** Cuts, on threads, what no earlier run has left in the staging folders; each scan is read once for all jobs. */
export async function cutScans(
  staged: readonly StagedJob[],
  options: CropOptions,
): Promise<readonly CutScans[]> {
  const { work, coordinates, lungMask, reading } = staged[0]!.job;
  const results = staged.map(() => new Map<string, CutScan | FailedScan>());
  const stamps = new Map<string, string>();
  /** By scan, the jobs that its answers belong to. */
  const open = new Map<string, number[]>();
  const tasks: CutTask[] = [];
  const firstRows = firstRowsOf(work);
  for (const [index, { scan, candidates, excluded }] of work.entries()) {
    const stamp = await stampOf(scan);
    stamps.set(scan.uid, stamp);
    const missing: number[] = [];
    for (const [at, each] of staged.entries()) {
      const known = await knownOf(each, scan.uid, stamp, options.signal);
      if (known === undefined) missing.push(at);
      else results[at]!.set(scan.uid, known);
    }
    if (missing.length > 0) {
      open.set(scan.uid, missing);
      const parts = missing.map((at) => ({
        format: staged[at]!.job.format,
        rowsFile: staged[at]!.staging.rowsFile,
        firstRow: firstRows.get(scan.uid)!,
      }));
      tasks.push({ scan, candidates, coordinates, reading, excluded, lungMask, parts });
    }
    if (index % 64 === 63) throwIfAborted(options.signal, 'looking at the scans');
  }
  const tell = (): void =>
    options.onProgress?.({
      stage: 'crop',
      done: work.length - open.size,
      total: work.length,
      unit: 'scans',
    });
  tell();
  await runOnThreads<CutTask, readonly CutScan[] | FailedScan>({
    program: new URL('./cutWorker.js', import.meta.url),
    tasks,
    after: Promise.all(staged.map(({ rows }) => rows.ready)),
    threads: options.workers ?? availableParallelism(),
    nameOf: ({ scan }) => scan.path,
    doing: 'cutting; the same command goes on with the scans that are left',
    onResult: (answer) => {
      if (isFailed(answer) && options.strict === true) {
        const { path } = work.find(({ scan }) => scan.uid === answer.uid)!.scan;
        throw new InputError(path, `${answer.reason} (--strict: nothing is written)`);
      }
      const uid = isFailed(answer) ? answer.uid : answer[0]!.uid;
      for (const [part, at] of open.get(uid)!.entries()) {
        const result = isFailed(answer) ? answer : answer[part]!;
        if (!isFailed(result)) keep(staged[at]!, stamps.get(uid)!, result);
        results[at]!.set(uid, result);
      }
      open.delete(uid);
      tell();
    },
    ...given({ signal: options.signal }),
  });
  return results.map((ofJob) => {
    const inOrder = work.map(({ scan }) => ofJob.get(scan.uid)!);
    return {
      cut: inOrder.filter((result): result is CutScan => !isFailed(result)),
      failed: inOrder.filter((result): result is FailedScan => isFailed(result)),
    };
  });
}

/** What an earlier run left of a scan, if its rows are those that were cut. */
async function knownOf(
  staged: StagedJob,
  uid: string,
  stamp: string,
  signal: AbortSignal | undefined,
): Promise<CutScan | undefined> {
  const known = staged.staging.finished(uid, stamp);
  return known !== undefined && known.checksum === (await stagedChecksum(staged, known, signal))
    ? known
    : undefined;
}

function keep({ job, staging, rows }: StagedJob, stamp: string, scan: CutScan): void {
  staging.finish(scan.uid, stamp, scan);
  rows.wrote(bytesOfRows(job, scan.rows.length));
}

function isFailed(answer: CutScan | readonly CutScan[] | FailedScan): answer is FailedScan {
  return 'reason' in answer;
}

/** Size and time of a scan's files: a staged scan that changed since is cut again. */
async function stampOf(scan: ScanFile): Promise<string> {
  try {
    const files = scan.slices ?? (await scanFiles(scan).catch(() => [scan.path]));
    const stamps: string[] = [];
    for (const file of files) {
      const stats = await statsOf(file);
      stamps.push(stats === undefined ? 'missing' : `${stats.size} ${stats.mtimeMs}`);
    }
    return stamps.join(', ');
  } catch (error) {
    // Whoever reads it says so.
    if (error instanceof InputError) return 'does not answer';
    throw error;
  }
}
