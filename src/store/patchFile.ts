import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '../errors.js';
import { storedHu } from '../volumes/storedHu.js';
import type { Vector3 } from '../volumes/volume.js';
import { type Dataset, type H5File, loadH5, type OutputData, reasonOf } from './h5.js';
import { type ContiguousLayout, checkHdf5File, findContiguous } from './hdf5Layout.js';
import { NORMALISATIONS } from './intensity.js';
import type { PatchFormat, PatchProvenance } from './patchFileContract.js';

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
  /** The reader that readRows() uses, and why it is not the index. */
  readonly reader: PatchReader;
  readonly fellBackBecause?: string;
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
    const handle = await open(path, 'r');
    try {
      return asInput(path, () => describe(path, file, handle));
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    file.close();
    throw error;
  }
}

function describe(path: string, file: H5File, handle: FileHandle): PatchFile {
  const names = file.keys();
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new InputError(
      path,
      `expected datasets ${missing.join(', ')}, found ${names.join(', ') || 'none'}`,
    );
  const dataset = (name: string): Dataset => file.get(name) as Dataset;
  const input = dataset('input');
  const [rows = 0, voxelsPerRow = 0] = input.shape ?? [];
  for (const name of NEEDED) {
    const length = dataset(name).shape?.[0];
    if (length !== rows)
      throw new InputError(path, `expected ${rows} rows of ${name} as of input, found ${length}`);
  }
  const format = formatOf(path, input, voxelsPerRow);
  const { decode, itemBytes } = decoderOf(path, input);
  const { layout, because } = indexOf(path, input, itemBytes);
  const rowBytes = voxelsPerRow * itemBytes;
  const numbers = (name: string): ArrayLike<number> =>
    Array.from(dataset(name).value as ArrayLike<number | bigint>, Number);

  const readBytes = async (row: number, reader: PatchReader): Promise<Uint8Array> => {
    if (!Number.isInteger(row) || row < 0 || row >= rows)
      throw new RangeError(`Expected a row from 0 to ${rows - 1}, received ${row}`);
    if (layout === undefined || reader === 'h5wasm') {
      const values = input.slice([[row, row + 1], []]) as unknown as Int16Array;
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    }
    const bytes = new Uint8Array(rowBytes);
    const { bytesRead } = await handle.read(bytes, 0, rowBytes, layout.offset + row * rowBytes);
    if (bytesRead !== rowBytes)
      throw new InputError(
        path,
        `row ${row}: expected ${rowBytes} bytes, read ${bytesRead}; the file was cut while open`,
      );
    return bytes;
  };

  return {
    path,
    rows,
    voxelsPerRow,
    format,
    provenance: provenanceOf(file),
    reader: layout === undefined ? 'h5wasm' : 'index',
    ...(because === undefined ? {} : { fellBackBecause: because }),
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
      for (let i = 0; i < wanted.length; i++)
        decode(await readBytes(wanted[i]!, 'index'), into, at + i * voxelsPerRow);
    },
    readRowBytes: (row, reader = 'index') => readBytes(row, reader),
    datasets: () => Object.fromEntries(names.map((name) => [name, descriptionOf(dataset(name))])),
    close: () => {
      file.close();
      void handle.close();
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

type Decode = (bytes: Uint8Array, into: Int16Array, at: number) => void;

function decoderOf(path: string, input: Dataset): { decode: Decode; itemBytes: number } {
  switch (dtypeName(input)) {
    case 'int16':
      return {
        itemBytes: 2,
        decode: (bytes, into, at) =>
          into.set(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2), at),
      };
    case 'float32':
      return { itemBytes: 4, decode: decodeFloat32 };
    default:
      throw new InputError(
        path,
        `expected input of int16 or float32, little-endian, found ${dtypeName(input)}`,
      );
  }
}

function decodeFloat32(bytes: Uint8Array, into: Int16Array, at: number): void {
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  for (let i = 0; i < values.length; i++) into[at + i] = storedHu(values[i]!);
}

function indexOf(
  path: string,
  input: Dataset,
  itemBytes: number,
): { layout?: ContiguousLayout; because?: string } {
  if (input.metadata.chunks !== null) return { because: 'input is stored in chunks' };
  const layout = findContiguous(path, 'input');
  const bytes = (input.shape ?? []).reduce((product, n) => product * n, itemBytes);
  return layout?.bytes === bytes ? { layout } : { because: 'the place of the rows was not found' };
}

function provenanceOf(file: H5File): PatchProvenance | undefined {
  const text = (name: string): string | undefined =>
    name in file.attrs ? String(file.attrs[name]!.value) : undefined;
  const [program, settings, scans] = ['program', 'settings', 'scans'].map(text);
  if (program === undefined || settings === undefined || scans === undefined) return undefined;
  const [failedScans, outside] = ['failedScans', 'outside'].map(text);
  return {
    program,
    settings: JSON.parse(settings),
    scans: JSON.parse(scans),
    ...(failedScans === undefined ? {} : { failedScans: JSON.parse(failedScans) }),
    ...(outside === undefined ? {} : { outside: JSON.parse(outside) }),
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
