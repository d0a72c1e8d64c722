import { readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError, throwIfAborted } from '../errors.js';
import { takeFolderLock } from '../fileLock.js';
import { sumOfFile } from '../fileSum.js';
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
  UNFINISHED,
  writeManifest,
} from './sampleManifest.js';
import { tableFiles } from './sampleTables.js';
import { type ScanResult, type ScanTask, scanFileNames } from './scanFiles.js';
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
  const { known, counts } = openFolder(out, settings, options.force === true);
  const isWhole = (index: number): boolean =>
    scanFileNames(settings, index).every((name) => Object.hasOwn(known, name));
  // The tables are of all scans: each is planned unless they are there.
  const open = Array.from({ length: settings.scans }, (_, index) => index).filter(
    (index) => counts === undefined || !isWhole(index),
  );
  const result = ({ nodules, candidates }: Counts, files: FileSums, written: number): SampleResult => ({
    ...{ out, scans: settings.scans, nodules, candidates, bytes: bytesOf(files) },
    seconds: Math.round(performance.now() - started) / 1000,
    written,
  });
  if (counts !== undefined && open.length === 0) return result(counts, known, 0);

  const needed = neededBytes(settings) - bytesOf(known);
  requireDisk(out, needed, 'the sample data', 'use another --out or fewer --scans');
  makeFolder(out);
  removePartials(out); // of a program that was killed
  // Says whose folder it is before anything of a scan lies in it: a program that is killed before its first scan is whole
  // can be run again.
  const keep = (files: FileSums): void =>
    writeManifest(out, UNFINISHED, { settings, ...(counts ?? countsOf([])), files });
  keep(known);
  const tasks = open.map((index): ScanTask => ({ folder: out, settings, index, known }));
  const scans = await makeScans({ ...options, out }, tasks, keep);
  const files: Record<string, FileSums[string]> = Object.assign(
    {},
    known,
    ...scans.map((scan) => scan.files),
  );
  if (counts === undefined)
    for (const [name, text] of tableFiles(scans.map((scan) => scan.tables))) {
      writeFileAtomically(join(out, name), text);
      files[name] = sumOfFile(join(out, name));
    }
  const made = counts ?? countsOf(scans);
  writeManifest(out, MANIFEST, { settings, ...made, files });
  rmSync(join(out, UNFINISHED), { force: true });
  return result(made, files, scans.filter((scan) => scan.painted).length);
}

type Counts = Pick<SampleManifest, 'nodules' | 'candidates'>;

/** The files that an earlier run finished and that are whole; what it counted, if all tables are among them. */
function openFolder(
  out: string,
  settings: SampleSettings,
  force: boolean,
): { readonly known: FileSums; readonly counts?: Counts } {
  const state = inspectFolder(out, settings);
  if (state.kind === 'empty') return { known: {} };
  if (state.kind === 'ours') {
    const { manifest } = state;
    const damaged = new Set(damagedFiles(out, manifest.files));
    const known = Object.fromEntries(Object.entries(manifest.files).filter(([name]) => !damaged.has(name)));
    const hasTables = [...tableFiles([]).keys()].every((name) => Object.hasOwn(known, name));
    return hasTables ? { known, counts: manifest } : { known };
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

function countsOf(scans: readonly ScanResult[]): Counts {
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

/** The scans in the order of their index; the list of finished files is kept on disk after each. */
async function makeScans(
  options: PoolOptions,
  tasks: readonly ScanTask[],
  keep: (files: FileSums) => void,
): Promise<ScanResult[]> {
  const results: ScanResult[] = [];
  let files = tasks[0]!.known;
  const report = (): void =>
    options.onProgress?.({ stage: 'sample', done: results.length, total: tasks.length, unit: 'scans' });
  const onResult = (result: ScanResult): void => {
    results.push(result);
    files = { ...files, ...result.files };
    keep(files);
    report();
  };
  const threads = Math.min(options.workers ?? availableParallelism(), 8, tasks.length);
  report();
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
