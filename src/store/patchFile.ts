import { InputError } from '../errors.js';
import type { Vector3 } from '../volumes/volume.js';
import { type Dataset, type H5File, loadH5, type OutputData, reasonOf } from './h5.js';
import { checkHdf5File } from './hdf5Layout.js';
import { NORMALISATIONS } from './intensity.js';
import { libraryColumn, openLibraryRows } from './libraryRows.js';
import { openRowIndex } from './openRowIndex.js';
import { openRows } from './openRows.js';
import type { PatchFormat, PatchProvenance } from './patchFileContract.js';
import type { RowAccess, RowReader } from './rowIndex.js';

/** How rows are read: straight from the file by the place of their bytes, or through the HDF5 library. */
export type PatchReader = 'index' | 'h5wasm';

/** What a dataset says of itself. */
export interface DatasetDescription {
  readonly shape: readonly number[];
  /** As numpy names it: `int16`, `float64`, `string`. */
  readonly dtype: string;
  /** Null = contiguous. */
  readonly chunks: readonly number[] | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An open patch file, voxlab's own or the original project's. */
export interface PatchFile {
  readonly path: string;
  readonly rows: number;
  readonly voxelsPerRow: number;
  readonly format: PatchFormat;
  /** Undefined for a file that voxlab did not write. */
  readonly provenance: PatchProvenance | undefined;
  /** What a reader of the patches needs to know: plain data, for threads. */
  readonly input: RowAccess;
  labels(): {
    readonly classes: Uint8Array;
    readonly notrain: Uint8Array;
    /** 0 none, 1 near a positive, 2 near an excluded finding; all 0 in files without this column. */
    readonly notrainReason: Uint8Array;
    readonly subsets: Int32Array;
    /** Whether the centre lies in the lung mask; undefined in files without masks. */
    readonly inLung?: Uint8Array;
  };
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
  datasets(): Readonly<Record<string, DatasetDescription>>;
  close(): void;
}

const NEEDED = ['input', 'output', 'notrain', 'subsets', 'centroid', 'uuid'] as const;

/** Opens a patch file. Throws InputError for what is missing, no HDF5 file, cut short, or no patch file. */
export async function openPatchFile(path: string): Promise<PatchFile> {
  checkHdf5File(path);
  const { File } = await loadH5();
  const file = asInput(path, () => new File(path, 'r'));
  try {
    const patches = asInput(path, () => checkColumns(path, file));
    const readers = await openReaders(path);
    return asInput(path, () => describe(path, file, patches, readers));
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Of the rows of `input`. */
interface Readers {
  /** By the index, or by the library where there is none. */
  readonly rows: RowReader;
  /** By the library, for comparing. */
  readonly library: RowReader;
  readonly input: RowAccess;
}

async function openReaders(path: string): Promise<Readers> {
  const input = await openRowIndex(path, 'input');
  return { rows: await openRows(input), library: await openLibraryRows(path, 'input'), input };
}

interface Checked {
  readonly rows: number;
  readonly voxelsPerRow: number;
  readonly format: PatchFormat;
}

function checkColumns(path: string, file: H5File): Checked {
  const names = file.keys();
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new InputError(
      path,
      `expected datasets ${missing.join(', ')}, found ${names.join(', ') || 'none'}`,
    );
  const input = file.get('input') as Dataset;
  const [rows = 0, ...others] = input.shape ?? [];
  for (const name of NEEDED) {
    const length = (file.get(name) as Dataset).shape?.[0];
    if (length !== rows)
      throw new InputError(path, `expected ${rows} rows of ${name} as of input, found ${length}`);
  }
  const voxelsPerRow = others.reduce((product, size) => product * size, 1);
  return { rows, voxelsPerRow, format: formatOf(path, input, voxelsPerRow) };
}

function describe(
  path: string,
  file: H5File,
  { rows, voxelsPerRow, format }: Checked,
  { rows: reader, library, input }: Readers,
): PatchFile {
  const names = file.keys();
  const dataset = (name: string): Dataset => file.get(name) as Dataset;
  const numbers = (name: string): Int16Array => libraryColumn(path, dataset(name));

  return {
    path,
    rows,
    voxelsPerRow,
    format,
    provenance: provenanceOf(file),
    input,
    labels: () => ({
      classes: Uint8Array.from(numbers('output')),
      notrain: Uint8Array.from(numbers('notrain')),
      notrainReason: names.includes('notrain_reason')
        ? Uint8Array.from(numbers('notrain_reason'))
        : new Uint8Array(rows),
      subsets: Int32Array.from(numbers('subsets')),
      ...(names.includes('in_lung') ? { inLung: Uint8Array.from(numbers('in_lung')) } : {}),
    }),
    readMasks: (wanted, into) => {
      if (!names.includes('mask'))
        throw new InputError(path, 'expected a dataset mask, found none; crop with --lung-mask');
      for (let i = 0; i < wanted.length; i++) {
        const row = dataset('mask').slice([[wanted[i]!, wanted[i]! + 1], []]) as unknown as Uint8Array;
        into.set(row, i * voxelsPerRow);
      }
    },
    findings: (wanted) => findingsOf(dataset('uuid'), dataset('centroid'), wanted),
    readRows: async (wanted, into, at = 0) => {
      for (let i = 0; i < wanted.length; i++) reader.readRow(wanted[i]!, into, at + i * voxelsPerRow);
    },
    readRowBytes: async (row, by = 'index') => (by === 'index' ? reader : library).readRowBytes(row),
    datasets: () => Object.fromEntries(names.map((name) => [name, descriptionOf(dataset(name))])),
    close: () => {
      file.close();
      library.close();
      reader.close();
    },
  };
}

/** lshape = (dim, dim, slices, 1); the original project's files say no spacing: theirs is 1 mm. */
function formatOf(path: string, input: Dataset, voxelsPerRow: number): PatchFormat {
  const attribute = (name: string): unknown => (name in input.attrs ? input.attrs[name]!.value : undefined);
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

function provenanceOf(file: H5File): PatchProvenance | undefined {
  const text = (name: string): string | undefined =>
    name in file.attrs ? String(file.attrs[name]!.value) : undefined;
  const [program, settings, scans] = ['program', 'settings', 'scans'].map(text);
  if (program === undefined || settings === undefined || scans === undefined) return undefined;
  const [failedScans, outside, resampled] = ['failedScans', 'outside', 'resampled'].map(text);
  return {
    program,
    settings: JSON.parse(settings),
    scans: JSON.parse(scans),
    ...(failedScans === undefined ? {} : { failedScans: JSON.parse(failedScans) }),
    ...(outside === undefined ? {} : { outside: JSON.parse(outside) }),
    ...(resampled === undefined ? {} : { resampled: JSON.parse(resampled) }),
  };
}

/** The held-out rows of a file lie together: one slice from the first to the last is read. */
function findingsOf(
  uuid: Dataset,
  centroid: Dataset,
  wanted: ArrayLike<number>,
): { seriesUid: string; centerWorldMm: Vector3 }[] {
  if (wanted.length === 0) return [];
  const rows = Array.from(wanted);
  const first = rows.reduce((a, b) => Math.min(a, b));
  const last = rows.reduce((a, b) => Math.max(a, b));
  const uids = uuid.slice([[first, last + 1], []]) as string[];
  const centers = centroid.slice([[first, last + 1], []]) as unknown as Float64Array;
  return rows.map((row) => {
    const at = row - first;
    return {
      seriesUid: uids[at]!,
      centerWorldMm: [centers[at * 3]!, centers[at * 3 + 1]!, centers[at * 3 + 2]!],
    };
  });
}

function descriptionOf(dataset: Dataset): DatasetDescription {
  return {
    shape: dataset.shape ?? [],
    dtype: dtypeName(dataset),
    chunks: dataset.metadata.chunks,
    attributes: Object.fromEntries(
      Object.entries(dataset.attrs).map(([name, attribute]) => [name, plain(attribute.value)]),
    ),
  };
}

function dtypeName({ metadata: { type, size, signed, littleEndian } }: Dataset): string {
  const order = littleEndian || size === 1 ? '' : 'big-endian ';
  if (type === 0) return `${order}${signed ? '' : 'u'}int${8 * size}`;
  if (type === 1) return `${order}float${8 * size}`;
  return type === 3 || type === 9 ? 'string' : `class ${type}`;
}

/** Without typed arrays and 64-bit integers, which JSON does not know. */
function plain(value: OutputData | null): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  return value;
}

/** What the library throws has no file in it. */
function asInput<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(path, `the HDF5 library cannot read it (${reasonOf(error)})`, {
      cause: error,
    });
  }
}
