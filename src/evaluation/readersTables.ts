import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { awaitReadable } from '../awaitReadable.js';
import { type Annotation, readAnnotations } from '../candidates/annotations.js';
import { CROP_CONFIG_FILE, readCropSettings } from '../config/cropSettings.js';
import { InputError } from '../errors.js';
import { isFolder } from '../paths.js';

/** What readers marked in some scans. */
export interface ReadersTables {
  /** The file of the nodules. */
  readonly annotations: string;
  readonly nodules: readonly Annotation[];
  /** Findings that are neither right nor wrong to mark. */
  readonly excluded: readonly Annotation[];
}

/** Tables of what readers found; left out: those beside the candidates that the patches were cut from. */
export interface ReadersTablesRequest {
  /** CSV: seriesuid, coordX, coordY, coordZ, diameter_mm; left out: annotations.csv beside the candidates that `crop` reads. */
  readonly annotations?: string;
  /** The same columns; left out: annotations_excluded.csv beside `annotations`, where it is there. */
  readonly excluded?: string;
}

const EXCLUDED_FILE = 'annotations_excluded.csv';

/**
 * The readers' findings in scans. Undefined where no table is named and none is found that knows one of the scans.
 * Throws InputError for a table that is named and has no nodule of these scans, for one that cannot be read, and where a file
 * system does not answer.
 */
export async function readersTables(
  seriesUids: ReadonlySet<string>,
  { annotations, excluded }: ReadersTablesRequest,
): Promise<ReadersTables | undefined> {
  const named = annotations ?? (await candidatesOfCrop());
  // Tables are read at once, which would hold the program where their file system does not answer.
  for (const path of [named, excluded ?? named]) await awaitReadable(path);
  const file = annotations ?? tableBeside(named);
  if (file === undefined) return undefined;
  const ofScans = (table: string): Annotation[] =>
    readAnnotations(table).filter(({ seriesUid }) => seriesUids.has(seriesUid));
  const nodules = ofScans(file);
  if (nodules.length === 0 && annotations !== undefined)
    throw new InputError(
      file,
      `expected nodules of the ${seriesUids.size} scans that are scored, found none: name the table of these scans with --annotations`,
    );
  if (nodules.length === 0) return undefined;
  const others = excluded ?? join(dirname(file), EXCLUDED_FILE);
  const isThere = excluded !== undefined || existsSync(others);
  return { annotations: file, nodules, excluded: isThere ? ofScans(others) : [] };
}

async function candidatesOfCrop(): Promise<string> {
  await awaitReadable(CROP_CONFIG_FILE);
  return readCropSettings(CROP_CONFIG_FILE, 'local').candidatesPath;
}

/** Where LUNA16 and the sample have it: beside the table of candidates. */
function tableBeside(candidatesPath: string): string | undefined {
  const folder = isFolder(candidatesPath) ? candidatesPath : dirname(candidatesPath);
  const file = join(folder, 'annotations.csv');
  return existsSync(file) ? file : undefined;
}
