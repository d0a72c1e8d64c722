import { basename, dirname, sep } from 'node:path';
import { given } from '../../given.js';
import { walkFolders } from '../voxels/folderWalk.js';
import { type DicomFile, lookAtFile, PACKED_SLICE } from './dicomFile.js';

/** The files of one DICOM series, found by what they hold. */
export interface DicomSeriesFiles {
  readonly uid: string;
  /** The folder that holds all of them, in it or below. */
  readonly folder: string;
  /** In the order of their paths. */
  readonly files: readonly string[];
  /** Why the series cannot be read: a file that may belong to it and is none of its slices. */
  readonly fault?: string;
}

/** A file that is no slice of a volume, and why. */
export interface LeftOutFile {
  readonly file: string;
  readonly reason: string;
}

export interface DicomSearch {
  readonly series: readonly DicomSeriesFiles[];
  readonly leftOut: readonly LeftOutFile[];
}

/** Scans and voxels of other formats: not opened. */
const OTHER_FORMATS = /\.(mhd|mha|z?raw|nrrd|nhdr|nii|gz|bz2|hdr)$/i;

/**
 * The DICOM series in a folder and the folders below it, each folder and file looked at once, whatever links lead to it. A
 * slice is known by the mark DICM and its SeriesInstanceUID, not by its name. Throws InputError for a folder that cannot be read.
 */
export function findDicomSeries(folder: string): DicomSearch {
  const search = new Search();
  search.look(folder);
  return search.result();
}

class Search {
  readonly #files = new Map<string, string[]>();
  readonly #faults = new Map<string, string>();
  readonly #leftOut: LeftOutFile[] = [];

  look(folder: string): void {
    for (const walked of walkFolders(folder, isCandidate))
      if ('reason' in walked) this.#leftOut.push({ file: walked.folder, reason: walked.reason });
      else this.#take(walked.files.map((file) => ({ file, found: lookAtFile(file) })));
  }

  result(): DicomSearch {
    const series = [...this.#files].map(([uid, files]) => {
      const fault = this.#faults.get(uid);
      return { uid, folder: folderOfAll(files), files, ...given({ fault }) };
    });
    return { series, leftOut: this.#leftOut };
  }

  /** A file that may be a slice belongs to any series of its folder: none of them can be known to be whole. */
  #take(files: readonly { readonly file: string; readonly found: DicomFile }[]): void {
    const slices = files.filter(({ found }) => found.kind === 'slice');
    const names: SliceNames = {
      endings: new Set(slices.map(({ file }) => endingOf(file))),
      shapes: new Set(slices.map(({ file }) => shapeOf(file))),
    };
    const uids = new Set<string>();
    for (const { file, found } of slices) {
      if (found.kind !== 'slice') continue;
      uids.add(found.uid);
      const known = this.#files.get(found.uid);
      if (known === undefined) this.#files.set(found.uid, [file]);
      else known.push(file);
    }
    for (const { file, found } of files) {
      if (found.kind === 'left out') this.#leftOut.push({ file, reason: found.reason });
      if (found.kind !== 'doubtful' && !(found.kind === 'other' && isLike(file, found.empty, names)))
        continue;
      if (uids.size === 0 && found.kind === 'doubtful') this.#leftOut.push({ file, reason: found.reason });
      for (const uid of uids)
        if (!this.#faults.has(uid))
          this.#faults.set(
            uid,
            `expected slices of the series, found ${file}, which may be one and cannot be read: ${found.reason}; copy it again, or remove it if it is none`,
          );
    }
  }
}

function isCandidate(name: string): boolean {
  return PACKED_SLICE.test(name) || !OTHER_FORMATS.test(name);
}

/** How the slices of a folder are named. */
interface SliceNames {
  readonly endings: ReadonlySet<string>;
  readonly shapes: ReadonlySet<string>;
}

/** Whether a file without the mark is named as slices beside it are; where names have no ending, but for their numbers. */
function isLike(file: string, empty: boolean, { endings, shapes }: SliceNames): boolean {
  const ending = endingOf(file);
  if (!endings.has(ending)) return false;
  return empty || (ending !== '' && ending !== '.0') || shapes.has(shapeOf(file));
}

/** `IM0006` as `IM#`, `CT.1.2.840.6` as `CT.#.#.#.#`. */
function shapeOf(file: string): string {
  return basename(file).replace(/\d+/g, '#');
}

/** In lower case; a uid or a number for an ending is as good as any other. */
function endingOf(file: string): string {
  const ending = /\.[^.]*$/.exec(basename(file))?.[0].toLowerCase() ?? '';
  return /^\.\d+$/.test(ending) ? '.0' : ending;
}

function folderOfAll(files: readonly string[]): string {
  const [first, ...others] = files.map((file) => dirname(file));
  let folder = first!;
  while (
    !others.every((other) => other === folder || other.startsWith(folder + sep)) &&
    folder !== dirname(folder)
  )
    folder = dirname(folder);
  return folder;
}
