import { existsSync, statfsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { EnvironmentError, InputError, throwIfAborted } from '../errors.js';
import { makeFolder } from '../paths.js';
import type { Progress } from '../progress.js';
import type { PatchColumns, PatchFormat, PatchProvenance } from '../store/patchFileContract.js';
import { writePatchFile } from '../store/writePatchFile.js';
import { runOnThreads } from '../threadPool.js';
import { VERSION } from '../version.js';
import { scanFiles } from '../volumes/readVolume.js';
import { type CropJob, type CropRequest, prepareCrop, type ScanWork } from './cropJob.js';
import { type CutScan, type CutTask, countsOf, type FailedScan } from './cutScan.js';
import { comparePatchFile } from './existingPatchFile.js';
import { takeLock } from './fileLock.js';
import { voxelsPerPatch } from './planScan.js';
import { openStaging, type Staging } from './staging.js';

export interface CropOptions extends CropRequest {
  /** Threads; the bytes do not depend on it. Default: one a core. */
  readonly workers?: number;
  /** Stop at the first scan that cannot be read. */
  readonly strict?: boolean;
  /** Replace a file of other settings or scans, and cut everything anew. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface CropResult {
  readonly file: string;
  /** `done`: the file was there already, of the same settings and scans. */
  readonly status: 'written' | 'done';
  readonly rows: number;
  readonly byClass: Readonly<Record<string, number>>;
  readonly bySubset: Readonly<Record<string, number>>;
  /** Candidates whose centre lies outside their scan, by series and line of the table: they have no row. */
  readonly outside: readonly { readonly uid: string; readonly line: number }[];
  readonly failed: readonly FailedScan[];
  /** Candidates of series that are not among the chosen scans. */
  readonly ignored: number;
  /** Chosen scans without a candidate: not read. */
  readonly scansWithoutCandidate: number;
}

/**
 * Scans and candidates -> one patch file. Scans are cut on threads into a staging folder beside the file, which an
 * interrupted run leaves for the next one; the file appears by rename when all is written.
 * Throws InputError (tables, scans, `strict`, another file in the way), EnvironmentError (disk, lock), InterruptedError.
 */
export async function crop(options: CropOptions): Promise<CropResult> {
  const job = prepareCrop(options);
  throwIfAborted(options.signal, 'reading the tables');
  makeFolder(options.outFolder);
  const release = takeLock(job.file);
  try {
    const existing = options.force === true ? undefined : await comparePatchFile(job, options.signal);
    if (existing !== undefined) return { ...existing, status: 'done', failed: [], ...countsBeside(job) };
    return await cropAll(job, options);
  } finally {
    release();
  }
}

async function cropAll(job: CropJob, options: CropOptions): Promise<CropResult> {
  requireDisk(job);
  const staging = openStaging(job.file, JSON.stringify(job.settings));
  if (options.force === true) staging.forget();
  const { cut, failed } = await cutScans(job, staging, options);
  const rows = cut.reduce((sum, scan) => sum + scan.rows.length, 0);
  const outside = cut.flatMap(({ uid, outsideLines }) => outsideLines.map((line) => ({ uid, line })));
  // A shard may have none (more shards than scans, or no scan that can be read): merging needs its file all the same.
  if (rows === 0 && options.shard === undefined) throw noRows(job, failed, outside.length);
  const columns = columnsOf(cut);
  options.onProgress?.({ stage: 'write', done: 0, total: rows, unit: 'rows' });
  await writePatchFile(
    job.file,
    job.format,
    provenanceOf(job, cut, failed, outside),
    columns,
    stagedRows(job, staging, cut, options),
  );
  staging.remove();
  return {
    file: job.file,
    status: 'written',
    rows,
    byClass: countsOf(columns.classes),
    bySubset: countsOf(columns.subsets),
    outside,
    failed,
    ...countsBeside(job),
  };
}

/** Cuts what no earlier run has left in the staging folder. */
async function cutScans(
  job: CropJob,
  staging: Staging,
  options: CropOptions,
): Promise<{ cut: CutScan[]; failed: FailedScan[] }> {
  const results = new Map<string, CutScan | FailedScan>();
  const stamps = new Map<string, string>();
  const tasks: CutTask[] = [];
  for (const [index, { scan, candidates, excluded }] of job.work.entries()) {
    const stamp = await stampOf(scan.path);
    stamps.set(scan.uid, stamp);
    const known = staging.finished(scan.uid, stamp, bytesPerRow(job.format));
    if (known !== undefined) results.set(scan.uid, known);
    else tasks.push({ scan, candidates, excluded, format: job.format, rowsFile: staging.rowsFile(scan.uid) });
    if (index % 64 === 63) throwIfAborted(options.signal, 'looking at the scans');
  }
  const tell = (): void =>
    options.onProgress?.({ stage: 'crop', done: results.size, total: job.work.length, unit: 'scans' });
  tell();
  await runOnThreads<CutTask, CutScan | FailedScan>({
    program: new URL('./cutWorker.js', import.meta.url),
    tasks,
    threads: options.workers ?? availableParallelism(),
    nameOf: ({ scan }) => scan.path,
    doing: 'cutting; the same command goes on with the scans that are left',
    onResult: (result) => {
      if (isFailed(result) && options.strict === true)
        throw new InputError(pathOf(job.work, result.uid), `${result.reason} (--strict: nothing is written)`);
      if (!isFailed(result)) staging.finish(result.uid, stamps.get(result.uid)!, result);
      results.set(result.uid, result);
      tell();
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const inOrder = job.work.map(({ scan }) => results.get(scan.uid)!);
  return {
    cut: inOrder.filter((result): result is CutScan => !isFailed(result)),
    failed: inOrder.filter(isFailed),
  };
}

function isFailed(result: CutScan | FailedScan): result is FailedScan {
  return 'reason' in result;
}

/** The staged rows in order, a few at a time. */
async function* stagedRows(
  job: CropJob,
  staging: Staging,
  cut: readonly CutScan[],
  { signal, onProgress }: CropOptions,
): AsyncGenerator<Int16Array> {
  const total = cut.reduce((sum, scan) => sum + scan.rows.length, 0);
  const rowBytes = bytesPerRow(job.format);
  const rowsPerBlock = Math.max(1, Math.floor(2 ** 22 / rowBytes));
  // One is filled while the other is written.
  let [block, other] = [0, 1].map(() => new Int16Array((rowsPerBlock * rowBytes) / 2)) as [
    Int16Array,
    Int16Array,
  ];
  let done = 0;
  for (const scan of cut.filter(({ rows }) => rows.length > 0)) {
    const file = await open(staging.rowsFile(scan.uid), 'r');
    try {
      for (let row = 0; row < scan.rows.length; row += rowsPerBlock) {
        throwIfAborted(signal, 'writing the patch file; the same command goes on from the cut scans');
        const count = Math.min(rowsPerBlock, scan.rows.length - row);
        await file.read(new Uint8Array(block.buffer), 0, count * rowBytes, row * rowBytes);
        yield block.subarray(0, (count * rowBytes) / 2);
        [block, other] = [other, block];
        done += count;
        onProgress?.({ stage: 'write', done, total, unit: 'rows' });
      }
    } finally {
      await file.close();
    }
  }
}

function columnsOf(cut: readonly CutScan[]): PatchColumns {
  const rows = cut.flatMap((scan) => scan.rows.map((row) => ({ ...row, scan })));
  return {
    classes: rows.map((row) => row.class),
    notrain: rows.map(({ notrainReason }) => (notrainReason === 0 ? 0 : 1)),
    notrainReason: rows.map(({ notrainReason }) => notrainReason),
    centerWorldMm: rows.map(({ centerWorldMm }) => centerWorldMm),
    seriesUid: rows.map(({ scan }) => scan.uid),
    subsets: rows.map(({ scan }) => scan.subset),
  };
}

function provenanceOf(
  job: CropJob,
  cut: readonly CutScan[],
  failed: readonly FailedScan[],
  outside: CropResult['outside'],
): PatchProvenance {
  const outsideLines: Record<string, number[]> = {};
  for (const { uid, line } of outside) outsideLines[uid] = [...(outsideLines[uid] ?? []), line];
  return {
    program: `voxlab ${VERSION}`,
    settings: job.settings,
    scans: Object.fromEntries(cut.map(({ uid, sha256 }) => [uid, sha256])),
    ...(failed.length === 0
      ? {}
      : { failedScans: Object.fromEntries(failed.map(({ uid, reason }) => [uid, reason])) }),
    ...(outside.length === 0 ? {} : { outside: outsideLines }),
  };
}

function countsBeside({ ignoredCandidates, scansWithoutCandidate }: CropJob) {
  return { ignored: ignoredCandidates, scansWithoutCandidate };
}

/** Size and time of a scan's files: a staged scan that changed since is cut again. */
async function stampOf(path: string): Promise<string> {
  const files = await scanFiles(path).catch(() => [path]);
  return files
    .map((file) => (existsSync(file) ? statSync(file) : undefined))
    .map((stat) => (stat === undefined ? 'missing' : `${stat.size} ${stat.mtimeMs}`))
    .join(', ');
}

function bytesPerRow(format: PatchFormat): number {
  return voxelsPerPatch(format) * 2;
}

/** Twice the rows: once staged, once in the file. */
function requireDisk({ file, format, work }: CropJob): void {
  const rows = work.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const needed = 2 * rows * bytesPerRow(format);
  const { bavail, bsize } = statfsSync(dirname(file));
  if (bavail * bsize < needed)
    throw new EnvironmentError(
      `${dirname(file)}: expected ${mebibytes(needed)} of free disk for ${rows} patches and their staging, found ${mebibytes(bavail * bsize)}; free some, choose another --out, or cut shards`,
    );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function noRows(job: CropJob, failed: readonly FailedScan[], outside: number): InputError {
  const first = failed[0];
  return new InputError(
    job.file,
    `no row to write: of ${job.work.length} scans ${failed.length} cannot be read, ${outside} candidates lie outside${first === undefined ? '' : `; the first scan that failed: ${first.reason}`}`,
  );
}

function pathOf(work: readonly ScanWork[], uid: string): string {
  return work.find(({ scan }) => scan.uid === uid)!.scan.path;
}
