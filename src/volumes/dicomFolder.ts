import { closeSync, type Dirent, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { hasDicomMark, seriesUidIn } from './dicomHeader.js';
import { cannotRead } from './fileBytes.js';

/** A folder of DICOM slices of one series. */
export interface DicomFolder {
  readonly seriesUid: string;
  readonly folder: string;
}

/** Where the series' uid is looked for: it stands in the first KiB, unless private tags come before it. */
const UID_LIMITS_BYTES = [4096, 1 << 20];

/**
 * The series in a folder and the folders below it, however nested. Reads nothing but the first KiB of files that may be
 * slices. Throws InputError for two series in one folder, and for slices without a readable series.
 */
export function findDicomFolders(folder: string): readonly DicomFolder[] {
  return seriesBelow(folder, new Set());
}

/**
 * Paths of the slices in a folder, by name: files that end in .dcm, and those without an ending (or with one of digits, as
 * a uid has) that hold the DICM mark. A link that leads nowhere counts: reading it says so. Throws InputError.
 */
export function dicomFilesIn(folder: string): readonly string[] {
  return filesAmong(entriesOf(folder), folder);
}

function seriesBelow(folder: string, visited: Set<string>): DicomFolder[] {
  // A link to a folder above would lead round and round.
  const real = realpathSync(folder);
  if (visited.has(real)) return [];
  visited.add(real);
  const entries = entriesOf(folder);
  const seriesUid = seriesOf(filesAmong(entries, folder), folder);
  const below = entries
    .filter((entry) => kindOf(entry, folder) === 'folder')
    .flatMap((entry) => seriesBelow(join(folder, entry.name), visited));
  return seriesUid === undefined ? below : [{ seriesUid, folder }, ...below];
}

/** A file without a readable uid is passed over as long as others have one: reading the series names it. */
function seriesOf(files: readonly string[], folder: string): string | undefined {
  let first: { uid: string; file: string } | undefined;
  for (const file of files) {
    const uid = uidOf(file);
    if (uid === undefined) continue;
    first ??= { uid, file };
    if (uid !== first.uid)
      throw new InputError(
        folder,
        `expected the slices of one series, found series ${first.uid} (${first.file}) and ${uid} (${file}); give each a folder of its own`,
      );
  }
  if (first === undefined && files.length > 0)
    throw new InputError(
      folder,
      `expected DICOM slices with a SeriesInstanceUID (0020,000E), found none in ${files.length} files (first: ${files[0]}); replace or remove them`,
    );
  return first?.uid;
}

function uidOf(file: string): string | undefined {
  for (const limit of UID_LIMITS_BYTES) {
    const start = startOf(file, limit);
    const uid = start === undefined ? undefined : seriesUidIn(start);
    if (uid !== undefined || start === undefined || start.length < limit) return uid;
  }
  return undefined;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return (
      readdirSync(folder, { withFileTypes: true })
        // The system's own folder at the root of a disk is open to nobody.
        .filter(({ name }) => !name.startsWith('.') && name !== 'lost+found')
        .sort((a, b) => (a.name < b.name ? -1 : 1))
    );
  } catch (error) {
    throw cannotRead(folder, error);
  }
}

function filesAmong(entries: readonly Dirent[], folder: string): string[] {
  return entries
    .filter((entry) => {
      if (/\.dcm$/i.test(entry.name)) return ['file', 'lost link'].includes(kindOf(entry, folder));
      return (
        // A DICOMDIR is a table of contents.
        /^[^.]+$|\.\d+$/.test(entry.name) &&
        entry.name !== 'DICOMDIR' &&
        kindOf(entry, folder) === 'file' &&
        hasDicomMark(startOf(join(folder, entry.name), 132) ?? Buffer.alloc(0))
      );
    })
    .map(({ name }) => join(folder, name));
}

/** Pipes and devices are other things: opening them would wait forever. */
function kindOf(entry: Dirent, folder: string): 'file' | 'folder' | 'lost link' | 'other' {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'other';
  const target = statSync(join(folder, entry.name), { throwIfNoEntry: false });
  if (target === undefined) return 'lost link';
  if (target.isFile()) return 'file';
  return target.isDirectory() ? 'folder' : 'other';
}

/** Undefined for a file that cannot be read. */
function startOf(file: string, limit: number): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const start = Buffer.alloc(limit);
    return start.subarray(0, readSync(descriptor, start, 0, limit, 0));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
