import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { InputError, messageOf } from '../errors.js';
import { writeFileAtomically } from '../paths.js';
import type { SampleSettings } from './scanPlan.js';

/** Written last: a folder that has it holds a whole set. */
export const MANIFEST = 'sample.json';
/** Written after every scan, so that an interrupted set goes on where it stopped. */
export const UNFINISHED = 'sample-unfinished.json';

/** Raised whenever the same settings give other bytes than before. */
const GENERATOR = 2;

export interface FileSum {
  readonly bytes: number;
  readonly sha256: string;
}

/** Path below the set's folder -> what the file must be. */
export type FileSums = Readonly<Record<string, FileSum>>;

export interface SampleManifest {
  readonly about: string;
  readonly generator: number;
  readonly settings: SampleSettings;
  readonly nodules: number;
  readonly candidates: number;
  readonly files: FileSums;
}

/** What a folder holds: nothing, our set with these settings (whole or in part), or something else. */
export type FolderState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'ours'; readonly manifest: SampleManifest; readonly finished: boolean }
  | { readonly kind: 'other'; readonly what: string; readonly files: readonly string[] };

export function inspectFolder(folder: string, settings: SampleSettings): FolderState {
  if (!existsSync(folder)) return { kind: 'empty' };
  if (!statSync(folder).isDirectory())
    throw new InputError(
      folder,
      'expected a folder for the sample data, received a file; choose another --out',
    );
  // A program that was killed may leave what it was writing, and its lock.
  const entries = readdirSync(folder).filter((name) => !/^\.|\.partial$|^sample\.lock$/.test(name));
  if (entries.length === 0) return { kind: 'empty' };
  const name = [MANIFEST, UNFINISHED].find((candidate) => entries.includes(candidate));
  if (name === undefined) return { kind: 'other', what: `other content (${entries[0]})`, files: [] };
  const manifest = readManifest(join(folder, name));
  if (manifest.generator === GENERATOR && sameSettings(manifest.settings, settings))
    return { kind: 'ours', manifest, finished: name === MANIFEST };
  const { seed, scans } = manifest.settings;
  return {
    kind: 'other',
    what: `another sample set (seed ${seed}, scans ${scans})`,
    files: Object.keys(manifest.files),
  };
}

export function readManifest(path: string): SampleManifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InputError(path, `expected JSON, received ${messageOf(error)}; delete it, or use --force`, {
      cause: error,
    });
  }
  const manifest = parsed as Partial<SampleManifest> | null;
  if (manifest?.settings === undefined || manifest.files === undefined)
    throw new InputError(path, 'expected a manifest of `voxlab sample`; delete it, or use --force');
  return manifest as SampleManifest;
}

export function writeManifest(
  folder: string,
  name: typeof MANIFEST | typeof UNFINISHED,
  content: Omit<SampleManifest, 'about' | 'generator'>,
): void {
  const files = Object.fromEntries(Object.entries(content.files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const manifest: SampleManifest = {
    about: 'Synthetic chest CTs in the layout of LUNA16, made by `voxlab sample`.',
    generator: GENERATOR,
    ...content,
    files,
  };
  writeFileAtomically(join(folder, name), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Removes an earlier set: what its manifest lists, then the manifests. Files it does not list stay. */
export function removeListedFiles(folder: string, files: readonly string[]): void {
  for (const file of [...files, MANIFEST, UNFINISHED]) rmSync(join(folder, file), { force: true });
}

/** The listed files that are missing or differ from their sum. */
export function damagedFiles(folder: string, files: FileSums): string[] {
  return Object.entries(files)
    .filter(([file, sum]) => !matchesSum(join(folder, file), sum))
    .map(([file]) => file);
}

function matchesSum(path: string, sum: FileSum): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === sum.bytes && sumOfFile(path).sha256 === sum.sha256;
}

/** Size and sha256 of a file, read in pieces. */
export function sumOfFile(path: string): FileSum {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  let bytes = 0;
  try {
    for (let got = readSync(file, piece); got > 0; got = readSync(file, piece)) {
      hash.update(piece.subarray(0, got));
      bytes += got;
    }
  } finally {
    closeSync(file);
  }
  return { bytes, sha256: hash.digest('hex') };
}

function sameSettings(a: SampleSettings, b: SampleSettings): boolean {
  return a.seed === b.seed && a.scans === b.scans && a.coarsening === b.coarsening;
}
