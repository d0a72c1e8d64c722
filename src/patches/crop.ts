import { dirname } from 'node:path';
import type { ContradictoryRows } from '../candidates/contradictoryRows.js';
import { hintOfScans } from '../candidates/coordinateHint.js';
import { InputError, throwIfAborted } from '../errors.js';
import { takeLock } from '../fileLock.js';
import { requireDisk } from '../freeDisk.js';
import { given } from '../given.js';
import { makeFolder } from '../paths.js';
import { startPatchThread } from '../store/patchThread.js';
import type { Resampling } from '../volumes/dicom/dicomGrid.js';
import type { LeftOutFile } from '../volumes/dicom/dicomSearch.js';
import { type CropJob, prepareCrop, type SeriesCount } from './cropJob.js';
import type { CropOptions } from './cropOptions.js';
import type { CutScans } from './cutScan.js';
import { countsOf, type FailedScan, resampledOf } from './cutScan.js';
import { cutScans } from './cutScans.js';
import { comparePatchFile } from './existingPatchFile.js';
import { PROGRAM } from './patchHeader.js';
import { bytesOfRows, bytesOnDisk, OTHER_PLACE } from './rowBytes.js';
import { RowsFile } from './rowsFile.js';
import { mostRowsOf, type StagedJob } from './stagedRows.js';
import { openStaging, removeStaging, type Staging } from './staging.js';
import { writeCroppedPatches } from './writeCroppedPatches.js';

/** Scans that an error names. */
const SHOWN_FAILURES = 20;

/** A candidate whose centre lies outside its scan, by series and line of the table: it has no row. */
export interface OutsideCandidate {
  readonly uid: string;
  readonly line: number;
}

/** What one patch file holds, and what has no row in it. */
export interface CropResult {
  readonly file: string;
  /** `done`: the file was there already, of the same settings and scans. */
  readonly status: 'written' | 'done';
  readonly rows: number;
  readonly byClass: Readonly<Record<string, number>>;
  readonly bySubset: Readonly<Record<string, number>>;
  readonly outside: readonly OutsideCandidate[];
  /** Where many candidates lie outside: what the table's numbers seem to mean. */
  readonly hint?: string;
  readonly failed: readonly FailedScan[];
  /** Candidates of series that are not among the chosen scans. */
  readonly ignored: number;
  /** Those series, most candidates first. */
  readonly ignoredSeries: readonly SeriesCount[];
  /** Chosen scans without a candidate: not read. */
  readonly scansWithoutCandidate: number;
  /** DICOM files among the scans that are no slices of a volume, and why. */
  readonly leftOut: readonly LeftOutFile[];
  /** Rows of the table that call one place of a chosen scan a nodule and none; both are cut. */
  readonly contradictory: readonly ContradictoryRows[];
  /** Series uid -> what was done to its slices, which made no straight, even grid. */
  readonly resampled?: Readonly<Record<string, Resampling>>;
}

/**
 * Scans and candidates -> a patch file for each format. Scans are cut on threads into staging folders beside the files, which
 * an interrupted run leaves for the next one; a file appears by rename when all of it is written.
 * Throws InputError (tables, scans, `strict`, another file in the way), EnvironmentError (disk, lock), InterruptedError.
 * @example
 * const { scansFolder, candidatesPath } = readCropSettings(CROP_CONFIG_FILE, 'local');
 * const format = { dim: 24, slices: 24, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
 * const what = { scansFolder, candidatesPath, subsets: [0], formats: [format] };
 * const [cropped] = await crop({ ...what, outFolder: 'patches' });
 * console.log(cropped.file, cropped.byClass);
 */
export async function crop(options: CropOptions): Promise<readonly CropResult[]> {
  const jobs = await prepareCrop(options);
  throwIfAborted(options.signal, 'reading the tables');
  makeFolder(options.outFolder);
  const releases: (() => void)[] = [];
  try {
    for (const { file } of jobs) releases.push(takeLock(file));
    const done = new Map<CropJob, CropResult>();
    for (const job of jobs) {
      const existing = options.force === true ? undefined : await comparePatchFile(job, options.signal);
      if (existing === undefined) continue;
      // A run that was killed behind its last step leaves it.
      removeStaging(job.file);
      done.set(job, { ...existing, status: 'done', failed: [], ...countsBeside(job) });
    }
    const open = jobs.filter((job) => !done.has(job));
    const written = open.length === 0 ? [] : await cropAll(open, options);
    return jobs.map((job) => done.get(job) ?? written[open.indexOf(job)]!);
  } finally {
    for (const release of releases) release();
  }
}

async function cropAll(jobs: readonly CropJob[], options: CropOptions): Promise<CropResult[]> {
  if (options.force === true) for (const { file } of jobs) removeStaging(file);
  const stagings = jobs.map((job) => openStaging(job.file, stagingKey(job)));
  requireRoom(jobs, stagings);
  const thread = startPatchThread();
  const staged = jobs.map((job, at): StagedJob => {
    const staging = stagings[at]!;
    return { job, staging, rows: new RowsFile(job, staging, thread) };
  });
  try {
    const cut = await cutScans(staged, options);
    const results: CropResult[] = [];
    for (const [index, each] of staged.entries()) results.push(await finish(each, cut[index]!, options));
    return results;
  } finally {
    await thread.end();
    for (const { rows } of staged) await rows.close();
  }
}

/** What decides about staged rows and their places, beside the scans' own bytes. */
function stagingKey({ settings, work }: CropJob): string {
  return JSON.stringify({
    program: PROGRAM,
    settings,
    rows: work.map(({ scan, candidates }) => [scan.uid, candidates.length]),
  });
}

async function finish(staged: StagedJob, scans: CutScans, options: CropOptions): Promise<CropResult> {
  const { job } = staged;
  const { cut, failed } = scans;
  const rows = cut.reduce((sum, scan) => sum + scan.rows.length, 0);
  const outside = cut.flatMap(({ uid, outsideLines }) => outsideLines.map((line) => ({ uid, line })));
  const hint = hintOfScans(
    cut.map(({ rows: { length }, ...scan }) => ({
      rows: length,
      outside: scan.outsideLines.length,
      inside: scan.inside,
    })),
    job.coordinates,
  );
  // A shard may have none (more shards than scans, or no scan that can be read): merging needs its file all the same.
  if (rows === 0 && options.shard === undefined) throw noRows(job, failed, outside.length, hint);
  const columns = await writeCroppedPatches(staged, scans, options);
  removeStaging(job.file);
  return {
    file: job.file,
    status: 'written',
    rows,
    byClass: countsOf(columns.classes),
    bySubset: countsOf(columns.subsets),
    outside,
    ...given({ hint }),
    failed,
    ...resampledOf(cut),
    ...countsBeside(job),
  };
}

/** What the tables and folders hold beside what is cropped. */
export function countsBeside(
  job: CropJob,
): Pick<CropResult, 'ignored' | 'ignoredSeries' | 'scansWithoutCandidate' | 'leftOut' | 'contradictory'> {
  const { ignoredCandidates: ignored, ignoredSeries, scansWithoutCandidate, leftOut, contradictory } = job;
  return { ignored, ignoredSeries, scansWithoutCandidate, leftOut, contradictory };
}

/** Of a hole the system promises nothing: whether the rows fit is asked before, and again should they have to be copied. */
function requireRoom(jobs: readonly CropJob[], stagings: readonly Staging[]): void {
  const rows = mostRowsOf(jobs[0]!);
  const bytes = jobs.reduce((sum, job) => sum + bytesOfRows(job, rows), 0);
  const there = stagings.reduce(
    (sum, { isBegun, rowsFile }) => sum + (isBegun ? bytesOnDisk(rowsFile) : 0),
    0,
  );
  requireDisk(dirname(jobs[0]!.file), bytes - there, `${rows} patches`, OTHER_PLACE);
}

function noRows(
  job: CropJob,
  failed: readonly FailedScan[],
  outside: number,
  hint: string | undefined,
): InputError {
  const reasons = failed.slice(0, SHOWN_FAILURES).map(({ reason }) => reason);
  const more = failed.length > reasons.length ? `; and ${failed.length - reasons.length} more` : '';
  return new InputError(
    job.file,
    `no row to write: of ${job.work.length} scans ${failed.length} cannot be read, ${outside} candidates lie outside${hint === undefined ? '' : ` (${hint})`}${reasons.length === 0 ? '' : `; what failed: ${reasons.join('; ')}${more}`}`,
  );
}
