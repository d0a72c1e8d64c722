import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { InputError } from '../errors.js';
import { type FileSum, sumOfFile } from '../fileSum.js';
import { type JsonPlace, readJson } from '../jsonPlace.js';
import { writeFileAtomically } from '../paths.js';
import type { SampleSettings } from './scanPlan.js';

/** Written last: a folder that has it holds a whole set. */
export const MANIFEST = 'sample.json';
/** Written after every scan, so that an interrupted set goes on where it stopped. */
export const UNFINISHED = 'sample-unfinished.json';

/** Raised whenever the same settings give other bytes than before. */
const GENERATOR = 2;

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

/** What a folder holds: nothing, our set with these settings, or something else. */
export type FolderState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'ours'; readonly manifest: SampleManifest }
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
    return { kind: 'ours', manifest };
  const { seed, scans } = manifest.settings;
  return {
    kind: 'other',
    what: `another sample set (seed ${seed}, scans ${scans})`,
    files: Object.keys(manifest.files),
  };
}

/** Throws InputError for what `voxlab sample` has not written. */
export function readManifest(path: string): SampleManifest {
  try {
    const manifest = readJson(path, 'a manifest of `voxlab sample`');
    const whole = (key: string): number => manifest.at(key).whole();
    const settings = manifest.at('settings');
    return {
      about: manifest.at('about').text(),
      generator: whole('generator'),
      settings: {
        seed: settings.at('seed').whole(Number.MIN_SAFE_INTEGER),
        scans: settings.at('scans').whole(1),
        coarsening: settings.at('coarsening').number(0),
      },
      nodules: whole('nodules'),
      candidates: whole('candidates'),
      files: Object.fromEntries(
        manifest
          .at('files')
          .entries()
          .map(([name, sum]) => [belowFolder(name, sum), sumAt(sum)]),
      ),
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(path, `${error.reason}; delete it, or use --force`, { cause: error });
  }
}

function sumAt(place: JsonPlace): FileSum {
  return { bytes: place.at('bytes').whole(), sha256: place.at('sha256').text() };
}

/** `--force` removes the files of a manifest: none that lie elsewhere. */
function belowFolder(name: string, place: JsonPlace): string {
  if (isAbsolute(name) || name.split('/').includes('..')) place.refuse('a file below the folder of the set');
  return name;
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

function sameSettings(a: SampleSettings, b: SampleSettings): boolean {
  return a.seed === b.seed && a.scans === b.scans && a.coarsening === b.coarsening;
}
