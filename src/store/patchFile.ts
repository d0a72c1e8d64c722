import { awaitReadable } from '../awaitReadable.js';
import { InputError } from '../errors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { type DatasetDescription, descriptionOf } from './hdf5/datasetDescription.js';
import { checkAttributes } from './hdf5/globalHeap.js';
import { asInput, type Dataset, type H5File, openH5 } from './hdf5/h5Reader.js';
import { checkHdf5File } from './hdf5/hdf5Layout.js';
import { elementOf, openLibraryRows } from './hdf5/libraryRows.js';
import { openRowIndex } from './hdf5/openRowIndex.js';
import { openRows } from './hdf5/openRows.js';
import type { ElementType, RowAccess, RowReader } from './hdf5/rowIndex.js';
import { NORMALISATIONS } from './intensity.js';
import {
  DATASET_NAMES,
  findingsOf,
  labelsOf,
  openDatasets,
  type PatchLabels,
  type PatchPlaces,
  placesOf,
} from './patchColumns.js';
import type { PatchFormat, PatchProvenance } from './patchFileContract.js';
import { provenanceOf } from './storedProvenance.js';

/** How rows are read: straight from the file by the place of their bytes, or through the HDF5 library. */
export type PatchReader = 'index' | 'h5wasm';

/** An open patch file, voxlab's own or the original project's. */
export interface PatchFile {
  readonly path: string;
  readonly rows: number;
  readonly voxelsPerRow: number;
  readonly format: PatchFormat;
  /** Of the voxels, as readRowBytes() gives them. */
  readonly element: ElementType;
  /** Undefined for a file that voxlab did not write. */
  readonly provenance: PatchProvenance | undefined;
  /** What a reader of the patches needs to know: plain data, for threads. */
  readonly input: RowAccess;
  /** Class, notrain and subset of every row. */
  labels(): PatchLabels;
  /** Series and centres of all rows. */
  places(): PatchPlaces;
  /** Series and centre of the given rows. */
  findings(
    rows: ArrayLike<number>,
  ): readonly { readonly seriesUid: string; readonly centerWorldMm: Vector3 }[];
  /** Copies rows to `into` from index `at`: Hounsfield units, z, y, x; float rows are rounded half to even and clamped. */
  readRows(rows: ArrayLike<number>, into: Int16Array, at?: number): Promise<void>;
  /** Copies the lung masks of rows, a byte a voxel. Throws InputError for a file without. */
  readMasks(rows: ArrayLike<number>, into: Uint8Array): void;
  /** The little-endian bytes of a row as stored. */
  readRowBytes(row: number, reader?: PatchReader): Promise<Uint8Array>;
  /** What lies in the file, by name. */
  datasets(): Readonly<Record<string, DatasetDescription>>;
  /** Members of the root group that are no datasets, which nothing here reads: what each is, in words. */
  others(): Readonly<Record<string, string>>;
  /** Closes the file; nothing can be read after it. */
  close(): void;
}

/**
 * Opens a patch file. Throws InputError for what is missing, no HDF5 file, cut short, or no patch file.
 * @example
 * const patches = await openPatchFile(inRepository('data/preprocessed/32x32x32-patch.hdf5'));
 * const rowsHu = new Int16Array(2 * patches.voxelsPerRow);
 * await patches.readRows([0, 7], rowsHu);
 * patches.close();
 * console.log(`row 0 begins with ${rowsHu[0]} HU`);
 */
export async function openPatchFile(path: string): Promise<PatchFile> {
  await awaitReadable(path);
  checkHdf5File(path);
  checkAttributes(path, DATASET_NAMES);
  const file = await openH5(path, 'the file');
  const open: { close(): void }[] = [file];
  const close = (): void => {
    for (const each of open) each.close();
  };
  try {
    const stored = contentOf(path, file);
    return { ...stored, ...(await rowsOf(path, stored.voxelsPerRow, open)), close };
  } catch (error) {
    close();
    throw error;
  }
}

type Rows = Pick<PatchFile, 'input' | 'readRows' | 'readRowBytes'>;

/** What reads rows; what it has opened is closed with `open`. */
async function rowsOf(path: string, voxelsPerRow: number, open: { close(): void }[]): Promise<Rows> {
  const input = await openRowIndex(path, 'input');
  const reader = await openRows(input);
  open.push(reader);
  // Few callers compare with the library: it opens the file a second time.
  let library: Promise<RowReader> | undefined;
  open.push({ close: () => void library?.then((rows) => rows.close()).catch(() => {}) });
  return {
    input,
    readRows: async (wanted, into, at = 0) => {
      for (let i = 0; i < wanted.length; i++) reader.readRow(wanted[i]!, into, at + i * voxelsPerRow);
    },
    readRowBytes: async (row, by = 'index') => {
      if (by === 'index') return reader.readRowBytes(row);
      library ??= openLibraryRows(path, 'input');
      return (await library).readRowBytes(row);
    },
  };
}

/** All but the rows. */
function contentOf(path: string, file: H5File): Omit<PatchFile, keyof Rows | 'close'> {
  const datasets = openDatasets(path, file);
  const { rows, voxelsPerRow } = datasets;
  const input = datasets.get('input')!;
  return {
    ...{ path, rows, voxelsPerRow },
    format: asInput(path, 'input', () => formatOf(path, input, voxelsPerRow)),
    // Looked at when it was opened; the bytes of a row are little-endian.
    element: elementOf(input.metadata)!,
    provenance: asInput(path, 'its attributes', () => provenanceOf(path, file)),
    labels: () => labelsOf(path, datasets),
    places: () => placesOf(path, datasets),
    findings: (wanted) => findingsOf(path, datasets, wanted),
    readMasks: (wanted, into) => {
      const mask = datasets.get('mask');
      if (mask === undefined)
        throw new InputError(path, 'expected a dataset mask, found none; crop with --lung-mask');
      for (let i = 0; i < wanted.length; i++)
        into.set(
          asInput(path, `mask: row ${wanted[i]}`, () => mask.bytes([wanted[i]!, wanted[i]! + 1])),
          i * voxelsPerRow,
        );
    },
    ...membersOf(path, file),
  };
}

function membersOf(path: string, file: H5File): Pick<PatchFile, 'datasets' | 'others'> {
  const members = (): [string, Dataset | string][] =>
    asInput(path, 'its root group', () => file.keys()).map((name) => [name, file.get(name)]);
  return {
    datasets: () =>
      Object.fromEntries(
        members().flatMap(([name, member]) =>
          typeof member === 'string' ? [] : [[name, asInput(path, name, () => descriptionOf(member))]],
        ),
      ),
    others: () =>
      Object.fromEntries(members().filter(([, member]) => typeof member === 'string')) as Record<
        string,
        string
      >,
  };
}

/** lshape = (dim, dim, slices, 1); the original project's files say no spacing: theirs is 1 mm. */
function formatOf(path: string, input: Dataset, voxelsPerRow: number): PatchFormat {
  const { attrs } = input;
  const attribute = (name: string): unknown => (name in attrs ? attrs[name]!.value : undefined);
  const [dim = 0, dimY = 0, slices = 0] = Array.from(
    (attribute('lshape') ?? []) as ArrayLike<number | bigint>,
    Number,
  );
  if (dim !== dimY || dim * dimY * slices !== voxelsPerRow)
    throw new InputError(
      path,
      `expected an attribute lshape (dim, dim, slices, 1) of input that gives ${voxelsPerRow} voxels a row, found ${dim} x ${dimY} x ${slices}`,
    );
  const [x = 1, y = x, z = x] = Array.from((attribute('spacing') ?? [1, 1, 1]) as ArrayLike<number>, Number);
  return {
    dim,
    slices,
    spacingMm: [x, y, z],
    interpolation: attribute('interpolation') === 'linear' ? 'linear' : 'cubic',
    ...normalisationOf(path, attribute('normalisation'), attribute('normalisationHu')),
  };
}

function normalisationOf(path: string, kind: unknown, ends: unknown): Pick<PatchFormat, 'normalisation'> {
  if (kind === undefined) return {};
  const known = NORMALISATIONS.find((each) => each === kind);
  const [lowHu = Number.NaN, highHu = Number.NaN] = Array.from((ends ?? []) as ArrayLike<number>, Number);
  if (known === undefined || !(highHu > lowHu))
    throw new InputError(
      path,
      `expected attributes normalisation (${NORMALISATIONS.join(', ')}) and normalisationHu (two ascending numbers) of input, found ${kind} and ${lowHu}, ${highHu}`,
    );
  return { normalisation: { kind: known, lowHu, highHu } };
}
