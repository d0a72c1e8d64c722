import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { awaitReadableBelow } from '../awaitReadable.js';
import { InputError } from '../errors.js';
import { given } from '../given.js';
import { isFolder } from '../paths.js';
import { findDicomSeries, type LeftOutFile } from './dicom/dicomSearch.js';
import { SCAN_EXTENSIONS } from './readVolume.js';
import { entriesIn } from './voxels/inputFile.js';

/** A scan on disk. */
export interface ScanFile {
  readonly uid: string;
  /** k of the folder `subset<k>`; -1 = the scan lies in no subset folder. */
  readonly subset: number;
  /** A file, or the folder that holds a series' slices, in it or below. */
  readonly path: string;
  /** Of a DICOM series: its files. */
  readonly slices?: readonly string[];
  /** Why it cannot be read, whatever its files hold: another scan has its uid, or a file may belong to it and does not. */
  readonly fault?: string;
}

/** The scans of a folder, and the DICOM files that are of none. */
export interface ScanSearch {
  /** In the order of subset, then uid bytewise. */
  readonly scans: readonly ScanFile[];
  readonly leftOut: readonly LeftOutFile[];
}

/**
 * The scans of a folder, in the order of subset, then uid: below its `subset<k>` folders, or, where it has none, in the folder itself.
 * A scan is `<uid>` or `<uid>_image` with a known extension, or a DICOM series, its slices in any folders. What is wrong with one
 * stands in its `fault`. Throws InputError for a missing folder or subset, and for one without scans.
 * @example
 * for (const { uid, subset, path } of findScans(inRepository('data/raw'), [0, 1]))
 *   console.log(uid, subset, path);
 */
export function findScans(folder: string, subsets: readonly number[] | 'all'): readonly ScanFile[] {
  return searchScans(folder, subsets).scans;
}

/**
 * The scans of a folder: below its `subset<k>` folders, or, where it has none, in the folder itself (subset -1).
 * A scan is `<uid>` or `<uid>_image` with a known extension, never `_label`; or a DICOM series, its slices in any folders of
 * one subset, however nested, whose uid is the slices' SeriesInstanceUID. What is wrong with one scan stands in it, so that the
 * others can be read. Throws InputError for a missing folder or subset, and for one without scans.
 */
export function searchScans(folder: string, subsets: readonly number[] | 'all'): ScanSearch {
  requireFolder(folder);
  const there = subsetFolders(folder);
  if (there.size === 0 && subsets !== 'all')
    throw new InputError(
      folder,
      `expected folders ${subsets.map((k) => `subset${k}`).join(', ')}, found no subset folder; use --subset all for scans that lie in the folder itself`,
    );
  const chosen = subsets === 'all' ? [...there.keys()] : subsets;
  const found = there.size === 0 ? [scansIn(folder, -1)] : chosen.map((subset) => scansOf(subset));
  const scans = found.flatMap((each) => each.scans);
  const leftOut = found.flatMap((each) => each.leftOut);
  if (scans.length === 0) throw noScans(folder, leftOut);
  scans.sort((a, b) => a.subset - b.subset || compareUids(a.uid, b.uid));
  return { scans: withoutDoubles(scans), leftOut };

  function scansOf(subset: number): ScanSearch {
    const names = there.get(subset);
    if (names === undefined)
      throw new InputError(
        join(folder, `subset${subset}`),
        `expected this folder, found the subsets ${[...there.keys()].join(', ')}`,
      );
    const each = names.map((name) => scansIn(join(folder, name), subset));
    const all = { scans: each.flatMap((one) => one.scans), leftOut: each.flatMap((one) => one.leftOut) };
    if (all.scans.length === 0 && subsets !== 'all') throw noScans(join(folder, names[0]!), all.leftOut);
    return all;
  }
}

/** The scans that paths name: a folder's, or the file itself. One that is not there, or does not answer, has that for its fault. Throws InputError. */
export async function namedScans(paths: readonly string[]): Promise<readonly ScanFile[]> {
  const scans: ScanFile[] = [];
  for (const path of paths) {
    const itself = { uid: uidOf(basename(path)) ?? basename(path), subset: -1, path };
    try {
      await awaitReadableBelow(path);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      scans.push({ ...itself, fault: error.reason });
      continue;
    }
    if (isFolder(path)) scans.push(...findScans(path, 'all'));
    else if (existsSync(path)) scans.push(itself);
    else scans.push({ ...itself, fault: 'expected a scan, found nothing: see that its path is right' });
  }
  return scans;
}

function requireFolder(folder: string): void {
  if (!isFolder(folder))
    throw new InputError(
      folder,
      'expected a folder with subset0/, subset1/, ... or with scans, found none; see LUNA_PATH, or make sample data: voxlab sample',
    );
}

/** By number, ascending: names of folders, whose letters may be large. */
function subsetFolders(folder: string): ReadonlyMap<number, readonly string[]> {
  const folders = new Map<number, string[]>();
  for (const { name } of entriesIn(folder)) {
    const match = /^subset(\d+)$/i.exec(name);
    if (match === null || !isFolder(join(folder, name))) continue;
    const subset = Number(match[1]);
    folders.set(subset, [...(folders.get(subset) ?? []), name]);
  }
  return new Map([...folders].sort(([a], [b]) => a - b));
}

/** A link that leads nowhere counts as a scan: reading it says so, and the others go on. */
function scansIn(folder: string, subset: number): ScanSearch {
  // Files are not looked at: a file system that hangs at one of them would hold up the search.
  const files = entriesIn(folder)
    .filter((entry) => !(entry.isSymbolicLink() ? isFolder(join(folder, entry.name)) : entry.isDirectory()))
    .map(({ name }) => ({ uid: uidOf(name), subset, path: join(folder, name) }))
    .filter((scan): scan is ScanFile => scan.uid !== undefined);
  const { series, leftOut } = findDicomSeries(folder);
  const scans = series.map(
    ({ uid, folder: path, files: slices, fault }): ScanFile => ({
      uid,
      subset,
      path,
      slices,
      ...given({ fault }),
    }),
  );
  return { scans: [...files, ...scans], leftOut };
}

/** Undefined for what is no scan. */
function uidOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  const extension = SCAN_EXTENSIONS.find((ending) => lower.endsWith(ending));
  if (extension === undefined || name.startsWith('.')) return undefined;
  const stem = name.slice(0, -extension.length);
  if (stem.endsWith('_label')) return undefined;
  return stem.endsWith('_image') ? stem.slice(0, -'_image'.length) : stem;
}

/** A uid belongs to one scan, in all subsets together: rows carry the uid alone. Of several the first stays, and says so. */
function withoutDoubles(scans: readonly ScanFile[]): readonly ScanFile[] {
  const ofUid = new Map<string, [ScanFile, ...ScanFile[]]>();
  for (const scan of scans) {
    const known = ofUid.get(scan.uid);
    if (known === undefined) ofUid.set(scan.uid, [scan]);
    else known.push(scan);
  }
  return [...ofUid.values()].map(([first, other]) => {
    if (other === undefined) return first;
    const remedy =
      first.slices !== undefined && other.slices !== undefined
        ? 'put all slices of the series into one subset folder, or remove one of the two'
        : 'remove one';
    return {
      ...first,
      fault: `expected one scan of series ${first.uid}, found also ${other.path}; ${remedy}`,
    };
  });
}

/** Order of series uids everywhere: by their UTF-8 bytes. */
export function compareUids(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function noScans(folder: string, leftOut: readonly LeftOutFile[]): InputError {
  const [first] = leftOut;
  const others =
    first === undefined
      ? ''
      : `; ${leftOut.length} DICOM files are no slices, the first ${first.file}: ${first.reason}`;
  return new InputError(
    folder,
    `expected scans (${SCAN_EXTENSIONS.join(', ')}, or DICOM slices), found none${others}`,
  );
}
