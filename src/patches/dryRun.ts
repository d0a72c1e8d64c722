import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { hintOfScans, insideCounts } from '../candidates/coordinateHint.js';
import { inWorld } from '../candidates/inWorld.js';
import type { Coordinates } from '../candidates/tableFormat.js';
import { InputError, messageOf, throwIfAborted } from '../errors.js';
import { freeDiskBytes } from '../freeDisk.js';
import { given } from '../given.js';
import { voxelsPerPatch } from '../store/patchFileContract.js';
import { readGeometry, readVolume } from '../volumes/readVolume.js';
import type { Geometry } from '../volumes/voxels/volume.js';
import { type CropResult, countsBeside, type OutsideCandidate } from './crop.js';
import { type CropJob, prepareCrop, type ScanWork } from './cropJob.js';
import type { CropOptions } from './cropOptions.js';
import { countsOf, cuttersOf, type FailedScan } from './cutScan.js';
import { planScan, type ScanPlan } from './planScan.js';
import { bytesOfRows } from './rowBytes.js';

/** What crop() would write, from the tables and the scans' geometry alone. */
export interface DryRun extends Omit<CropResult, 'status'> {
  readonly status: 'planned';
  /** Of the rows in the file; where some candidate or scan has no row, their copying takes as much again for a while. */
  readonly bytes: number;
  readonly freeBytes: number;
  /** About what the whole command would take, from cutting one scan; undefined where no scan has a row. */
  readonly seconds?: number;
}

/**
 * Plans every scan by its geometry and cuts one, for the time; nothing is written. A plan for each format.
 * Throws as crop() does for tables and scans.
 */
export async function dryRun(options: CropOptions): Promise<readonly DryRun[]> {
  const jobs = await prepareCrop(options);
  const plans = jobs.map((): Planned => ({ classes: [], subsets: [], outside: [], scans: [] }));
  const failed: FailedScan[] = [];
  const { work, reading } = jobs[0]!;
  for (const [done, each] of work.entries()) {
    throwIfAborted(options.signal, 'planning');
    options.onProgress?.({ stage: 'plan', done, total: work.length, unit: 'scans' });
    try {
      const geometry = await readGeometry(
        each.scan,
        options.signal === undefined ? reading : { ...reading, signal: options.signal },
      );
      for (const [at, job] of jobs.entries())
        addPlan(plans[at]!, planOf(job, each, geometry), each, geometry, job.coordinates);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed.push({ uid: each.scan.uid, reason: messageOf(error) });
    }
  }
  const seconds = await timeOfCrop(jobs, failed, options);
  const freeBytes = freeDiskBytes(dirname(jobs[0]!.file));
  return jobs.map((job, at) => {
    const { file, coordinates } = job;
    const { classes, subsets, outside, scans } = plans[at]!;
    const hint = hintOfScans(scans, coordinates);
    return {
      file,
      status: 'planned',
      rows: classes.length,
      byClass: countsOf(classes),
      bySubset: countsOf(subsets),
      outside,
      ...given({ hint }),
      failed,
      ...countsBeside(job),
      bytes: bytesOfRows(job, classes.length),
      freeBytes,
      ...given({ seconds }),
    };
  });
}

interface Planned {
  readonly classes: number[];
  readonly subsets: number[];
  readonly outside: OutsideCandidate[];
  readonly scans: Parameters<typeof hintOfScans>[0][number][];
}

function planOf({ format }: CropJob, { candidates, excluded }: ScanWork, geometry: Geometry): ScanPlan {
  return planScan(geometry, inWorld(candidates, geometry), excluded, format);
}

function addPlan(
  to: Planned,
  { patches, outside }: ScanPlan,
  { scan, candidates }: ScanWork,
  geometry: Geometry,
  coordinates: Coordinates,
): void {
  for (const { candidate } of patches) {
    to.classes.push(candidate.class);
    to.subsets.push(scan.subset);
  }
  to.outside.push(...outside.map(({ line }) => ({ uid: scan.uid, line })));
  to.scans.push({
    rows: patches.length,
    outside: outside.length,
    inside: outside.length > 0 ? insideCounts(geometry, candidates, coordinates) : undefined,
  });
}

/** Seconds of all scans on all threads, from the scan whose number of candidates is the median. */
async function timeOfCrop(
  jobs: readonly CropJob[],
  failed: readonly FailedScan[],
  { workers = availableParallelism() }: CropOptions,
): Promise<number | undefined> {
  const unreadable = new Set(failed.map(({ uid }) => uid));
  const readable = jobs[0]!.work
    .filter(({ scan }) => !unreadable.has(scan.uid))
    .sort((a, b) => a.candidates.length - b.candidates.length);
  const median = readable[readable.length >> 1];
  if (median === undefined) return undefined;
  const began = performance.now();
  try {
    const volume = await readVolume(median.scan, jobs[0]!.reading);
    const cutterFor = cuttersOf(volume);
    for (const job of jobs) {
      const cut = cutterFor(job.format);
      const patch = new Int16Array(voxelsPerPatch(job.format));
      for (const { firstVoxel } of planOf(job, median, volume).patches) cut(firstVoxel, patch, 0);
    }
  } catch (error) {
    // Its header could be read, its voxels cannot: crop() will name it.
    if (error instanceof InputError) return undefined;
    throw error;
  }
  const ofScan = (performance.now() - began) / 1000;
  return (ofScan * readable.length) / Math.min(workers, readable.length);
}
