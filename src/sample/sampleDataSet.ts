import { readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError, throwIfAborted } from '../errors.js';
import { takeFolderLock } from '../fileLock.js';
import { requireDisk } from '../freeDisk.js';
import { given } from '../given.js';
import { makeFolder, writeFileAtomically } from '../paths.js';
import type { Progress } from '../progress.js';
import { runOnThreads } from '../threadPool.js';
import {
  damagedFiles,
  type FileSums,
  inspectFolder,
  MANIFEST,
  removeListedFiles,
  type SampleManifest,
  sumOfFile,
  UNFINISHED,
  writeManifest,
} from './sampleManifest.js';
import { tableFiles } from './sampleTables.js';
import type { ScanResult, ScanTask } from './scanFiles.js';
import { planGeometry, type SampleSettings } from './scanPlan.js';

export interface SampleOptions {
  /** Folder that receives subset0/ .. subset9/ and the tables. */
  readonly out: string;
  /** 30 makes three scans for each of LUNA16's subsets; scan i goes to subset i mod 10. */
  readonly scans?: number;
  readonly seed?: number;
  /** Voxels this many times larger than a scanner's, for quick tests; 1 = as a scanner's. */
  readonly coarsening?: number;
  /** Threads; the bytes do not depend on them. */
  readonly workers?: number;
  /** Replace another set, or write among other files. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface SampleResult {
  readonly out: string;
  readonly scans: number;
  readonly nodules: number;
  readonly candidates: number;
  /** Of all files. */
  readonly bytes: number;
  readonly seconds: number;
  /** Scans written by this call; 0 = all were there already. */
  readonly written: number;
}

/**
 * Writes synthetic chest CTs in LUNA16's own layout: `subset0..9/<uid>.mhd` + `.raw`, candidates_V2.csv, annotations.csv,
 * annotations_excluded.csv, seriesuids.csv, and a manifest `sample.json` last. The same seed and number of scans give the
 * same bytes on every machine. A whole set is left as it is; an interrupted one goes on.
 * Throws InputError when other content is in the way and `force` is not set, EnvironmentError when the disk is too small or
 * another process writes the set, InterruptedError when `signal` aborts.
 */
export async function makeSampleDataSet(options: SampleOptions): Promise<SampleResult> {
  const out = resolve(options.out);
  const settings: SampleSettings = {
    seed: options.seed ?? 16,
    scans: options.scans ?? 30,
    coarsening: options.coarsening ?? 1,
  };
  // What cannot be a sample's folder gets no lock.
  inspectFolder(out, settings);
  const release = takeFolderLock(out, 'sample');
  try {
    return await makeIn(out, settings, options);
  } finally {
    release();
  }
}

async function makeIn(out: string, settings: SampleSettings, options: SampleOptions): Promise<SampleResult> {
  const started = performance.now();
  throwIfAborted(options.signal, 'making the sample data');
  const earlier = openFolder(out, settings, options.force === true);
  const result = (
    manifest: Pick<SampleManifest, 'nodules' | 'candidates' | 'files'>,
    written: number,
  ): SampleResult => ({
    out,
    scans: settings.scans,
    nodules: manifest.nodules,
    candidates: manifest.candidates,
    bytes: bytesOf(manifest.files),
    seconds: Math.round(performance.now() - started) / 1000,
    written,
  });
  if (earlier.whole !== undefined) return result(earlier.whole, 0);

  const needed = neededBytes(settings) - bytesOf(earlier.known);
  requireDisk(out, needed, 'the sample data', 'use another --out or fewer --scans');
  makeFolder(out);
  removePartials(out); // of a program that was killed
  // Says whose folder it is before anything of a scan lies in it: a program that is killed before its first scan is whole
  // can be run again.
  writeManifest(out, UNFINISHED, { settings, ...countsOf([]), files: earlier.known });
  const scans = await makeScans({ ...options, out }, settings, earlier.known);
  const files: Record<string, FileSums[string]> = Object.assign({}, ...scans.map((scan) => scan.files));
  for (const [name, text] of tableFiles(scans.map((scan) => scan.tables))) {
    writeFileAtomically(join(out, name), text);
    files[name] = sumOfFile(join(out, name));
  }
  const content = { settings, ...countsOf(scans), files };
  writeManifest(out, MANIFEST, content);
  rmSync(join(out, UNFINISHED), { force: true });
  return result(content, scans.filter((scan) => scan.painted).length);
}

/** What is there already: the whole set, or the sums of the files that an earlier run finished. */
function openFolder(
  out: string,
  settings: SampleSettings,
  force: boolean,
): { readonly known: FileSums; readonly whole?: SampleManifest } {
  const state = inspectFolder(out, settings);
  if (state.kind === 'empty') return { known: {} };
  if (state.kind === 'ours') {
    const { files } = state.manifest;
    if (state.finished && damagedFiles(out, files).length === 0)
      return { known: files, whole: state.manifest };
    return { known: files };
  }
  if (!force)
    throw new InputError(
      out,
      `expected an empty folder or this sample set, received ${state.what}; use another --out, or --force to overwrite`,
    );
  removeListedFiles(out, state.files);
  return { known: {} };
}

function bytesOf(files: FileSums): number {
  return Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
}

function countsOf(scans: readonly ScanResult[]): { nodules: number; candidates: number } {
  return {
    nodules: scans.reduce((sum, { tables }) => sum + tables.annotations.length, 0),
    candidates: scans.reduce((sum, { tables }) => sum + tables.candidates.length, 0),
  };
}

/** With some room for tables. */
function neededBytes(settings: SampleSettings): number {
  let needed = 16 * 2 ** 20;
  for (let index = 0; index < settings.scans; index++) {
    const [x, y, z] = planGeometry(settings, index).size;
    needed += 2 * x * y * z;
  }
  return needed;
}

type PoolOptions = Pick<SampleOptions, 'out' | 'workers' | 'signal' | 'onProgress'>;

/** All scans, in the order of their index; the list of finished files is kept on disk after each. */
async function makeScans(
  options: PoolOptions,
  settings: SampleSettings,
  known: FileSums,
): Promise<ScanResult[]> {
  const results: ScanResult[] = [];
  let files: FileSums = known;
  const onResult = (result: ScanResult): void => {
    results.push(result);
    files = { ...files, ...result.files };
    writeManifest(options.out, UNFINISHED, { settings, ...countsOf(results), files });
    options.onProgress?.({ stage: 'sample', done: results.length, total: settings.scans, unit: 'scans' });
  };
  const tasks = Array.from(
    { length: settings.scans },
    (_, index): ScanTask => ({ folder: options.out, settings, index, known }),
  );
  const threads = Math.min(options.workers ?? availableParallelism(), 8, settings.scans);
  options.onProgress?.({ stage: 'sample', done: 0, total: settings.scans, unit: 'scans' });
  try {
    await runOnThreads<ScanTask, ScanResult>({
      program: new URL('./sampleWorker.js', import.meta.url),
      tasks,
      threads,
      onResult,
      nameOf: ({ index }) => `scan ${index} of the sample data`,
      doing: 'making the sample data; the same command goes on with the scans that are left',
      ...given({ signal: options.signal }),
    });
  } finally {
    removePartials(options.out);
  }
  return results.sort((a, b) => a.index - b.index);
}

/** What was stopped while writing leaves its half file. */
function removePartials(out: string): void {
  const subsets = readdirSync(out).filter((name) => /^subset\d$/.test(name));
  for (const folder of [out, ...subsets.map((subset) => join(out, subset))])
    for (const file of readdirSync(folder))
      if (file.endsWith('.partial')) rmSync(join(folder, file), { force: true });
}
