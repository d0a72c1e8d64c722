import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { isFolder } from '../paths.js';
import { findDicomFolders } from './dicomFolder.js';
import { SCAN_EXTENSIONS } from './readVolume.js';

/** A scan on disk. */
export interface ScanFile {
  readonly uid: string;
  /** k of the folder `subset<k>`; -1 = the scan lies in no subset folder. */
  readonly subset: number;
  /** A file, or a folder of DICOM slices. */
  readonly path: string;
}

/**
 * The scans of a folder: below its `subset<k>` folders, or, where it has none, in the folder itself (subset -1).
 * A scan is `<uid>` or `<uid>_image` with a known extension, never `_label`; or a folder of DICOM slices, however nested,
 * whose uid is the slices' SeriesInstanceUID. Order: subset, then uid bytewise. Throws InputError for a missing folder or
 * subset, one without scans, two scans of one uid, and two DICOM series in one folder.
 */
export function findScans(folder: string, subsets: readonly number[] | 'all'): readonly ScanFile[] {
  requireFolder(folder);
  const there = subsetFolders(folder);
  if (there.length === 0 && subsets !== 'all')
    throw new InputError(
      folder,
      `expected folders ${subsets.map((k) => `subset${k}`).join(', ')}, found no subset folder; use --subset all for scans that lie in the folder itself`,
    );
  const chosen = subsets === 'all' ? there : subsets;
  const scans =
    there.length === 0
      ? scansIn(folder, -1)
      : chosen.flatMap((subset) => {
          if (!there.includes(subset))
            throw new InputError(
              join(folder, `subset${subset}`),
              `expected this folder, found the subsets ${there.join(', ')}`,
            );
          const found = scansIn(join(folder, `subset${subset}`), subset);
          if (found.length === 0 && subsets !== 'all') throw noScans(join(folder, `subset${subset}`));
          return found;
        });
  if (scans.length === 0) throw noScans(folder);
  const sorted = [...scans].sort((a, b) => a.subset - b.subset || compareUids(a.uid, b.uid));
  requireDifferent(sorted);
  return sorted;
}

function requireFolder(folder: string): void {
  if (!isFolder(folder))
    throw new InputError(
      folder,
      'expected a folder with subset0/, subset1/, ... or with scans, found none; see LUNA_PATH, or make sample data: voxlab sample',
    );
}

function subsetFolders(folder: string): number[] {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => /^subset(\d+)$/.exec(entry.name))
    .filter((match) => match !== null && isFolder(join(folder, match[0])))
    .map((match) => Number(match![1]))
    .sort((a, b) => a - b);
}

/** A link that leads nowhere counts as a scan: reading it says so, and the others go on. */
function scansIn(folder: string, subset: number): ScanFile[] {
  const files = readdirSync(folder)
    .map((name) => ({ uid: uidOf(name), subset, path: join(folder, name) }))
    .filter((scan): scan is ScanFile => scan.uid !== undefined && !isFolder(scan.path));
  const series = findDicomFolders(folder).map(({ seriesUid, folder: path }) => ({
    uid: seriesUid,
    subset,
    path,
  }));
  return [...files, ...series];
}

/** Undefined for what is no scan. */
function uidOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  // The longest ending first: .nii.gz before .gz could ever matter.
  const extension = SCAN_EXTENSIONS.find((ending) => lower.endsWith(ending));
  if (extension === undefined || name.startsWith('.')) return undefined;
  const stem = name.slice(0, -extension.length);
  if (stem.endsWith('_label')) return undefined;
  return stem.endsWith('_image') ? stem.slice(0, -'_image'.length) : stem;
}

/** A uid belongs to one scan, in all subsets together: rows carry the uid alone. */
function requireDifferent(scans: readonly ScanFile[]): void {
  const paths = new Map<string, string>();
  for (const { uid, path } of scans) {
    const other = paths.get(uid);
    if (other !== undefined)
      throw new InputError(path, `expected one scan of series ${uid}, found also ${other}; remove one`);
    paths.set(uid, path);
  }
}

/** Order of series uids everywhere: by their UTF-8 bytes. */
export function compareUids(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function noScans(folder: string): InputError {
  return new InputError(
    folder,
    `expected scans (${SCAN_EXTENSIONS.join(', ')}, or folders of DICOM slices), found none`,
  );
}
