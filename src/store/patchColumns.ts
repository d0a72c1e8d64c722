import { InputError } from '../errors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { dtypeName, shapeName } from './hdf5/datasetDescription.js';
import { checkFilters, filtersOf } from './hdf5/filterNames.js';
import { asInput, type Dataset, datasetOf, type H5File } from './hdf5/h5Reader.js';
import { elementOf, libraryNumbers, libraryStrings } from './hdf5/libraryRows.js';
import { product } from './hdf5/rowIndex.js';
import { readTexts } from './hdf5/textColumn.js';

/** What a dataset of a patch file must hold in each row. */
type Form = 'voxels' | 'bytes' | 'number' | 'position' | 'string';

const NEEDED: Readonly<Record<string, Form>> = {
  input: 'voxels',
  output: 'number',
  notrain: 'number',
  subsets: 'number',
  centroid: 'position',
  uuid: 'string',
};
const OPTIONAL: Readonly<Record<string, Form>> = {
  notrain_reason: 'number',
  in_lung: 'number',
  mask: 'bytes',
};

/** Of what a patch file has and may have. */
export const DATASET_NAMES = [...Object.keys(NEEDED), ...Object.keys(OPTIONAL)];

/** The datasets of a patch file, each of the form that it must have. */
export interface PatchDatasets {
  readonly rows: number;
  readonly voxelsPerRow: number;
  /** By name; undefined for an optional one that is not there. */
  get(name: string): Dataset | undefined;
}

/** Looks at every dataset that a patch file needs, and at those it may have. Throws InputError: the dataset, what was expected of it, what was found. */
export function openDatasets(path: string, file: H5File): PatchDatasets {
  const names = asInput(path, 'its root group', () => file.keys());
  const missing = Object.keys(NEEDED).filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new InputError(
      path,
      `expected datasets ${missing.join(', ')}, found ${names.join(', ') || 'none'}`,
    );
  const forms = Object.entries({ ...NEEDED, ...OPTIONAL }).filter(([name]) => names.includes(name));
  const datasets = new Map(forms.map(([name]) => [name, datasetOf(path, file, name)]));
  const [rows, ...axes] = axesOf(path, 'input', datasets.get('input')!);
  const voxelsPerRow = product(axes);
  for (const [name, form] of forms)
    asInput(path, name, () => {
      const dataset = datasets.get(name)!;
      checkRows(path, name, dataset, rows);
      checkForm(path, name, dataset, form, voxelsPerRow);
      checkFilters(path, name, filtersOf(dataset));
    });
  return { rows, voxelsPerRow, get: (name) => datasets.get(name) };
}

/** At least one. */
function axesOf(path: string, name: string, dataset: Dataset): [number, ...number[]] {
  const shape = asInput(path, name, () => dataset.shape);
  const [rows, ...axes] = shape ?? [];
  if (rows === undefined) throw new InputError(path, `${name}: expected rows, found ${shapeName(shape)}`);
  return [rows, ...axes];
}

function checkRows(path: string, name: string, dataset: Dataset, rows: number): void {
  const [length] = axesOf(path, name, dataset);
  if (length !== rows)
    throw new InputError(path, `expected ${rows} rows of ${name} as of input, found ${length}`);
}

function checkForm(path: string, name: string, dataset: Dataset, form: Form, voxelsPerRow: number): void {
  const { shape, metadata } = dataset;
  const width = product((shape ?? []).slice(1));
  const values = { voxels: voxelsPerRow, bytes: voxelsPerRow, number: 1, position: 3, string: 1 }[form];
  if (width !== values)
    throw new InputError(
      path,
      `${name}: expected ${values === 1 ? 'one value' : `${values} values`} a row, found ${shapeName(shape)}${name === 'output' && width > 1 ? ONE_HOT : ''}`,
    );
  const element = elementOf(metadata);
  const [expected, fits] =
    form === 'string'
      ? ['strings', metadata.type === STRING]
      : form === 'bytes'
        ? ['one byte a voxel', element?.bytes === 1]
        : ['integers or floats', element !== undefined];
  if (!fits) throw new InputError(path, `${name}: expected ${expected}, found ${dtypeName(metadata)}`);
}

const ONE_HOT =
  '; where each class has a column (one-hot), store the number of the column: np.argmax(output, axis=1)';

/** HDF5's class of strings, of fixed and of variable length. */
const STRING = 3;

/** What the columns of a patch file say of its rows. */
export interface PatchLabels {
  readonly classes: Uint8Array;
  readonly notrain: Uint8Array;
  /** 0 none, 1 near a positive, 2 near an excluded finding; all 0 in files without this column. */
  readonly notrainReason: Uint8Array;
  readonly subsets: Int32Array;
  /** Whether the centre lies in the lung mask; undefined in files without masks. */
  readonly inLung?: Uint8Array;
}

/** Throws InputError that names what does not fit, of all columns. */
export function labelsOf(path: string, datasets: PatchDatasets): PatchLabels {
  const faults: string[] = [];
  const column = (name: string, expected: string, fits: (value: number) => boolean): Float64Array => {
    const values = libraryNumbers(path, datasets.get(name)!, [0, datasets.rows]);
    faults.push(...columnFaults(name, values, expected, fits));
    return values;
  };
  const isFlag = (value: number): boolean => value === 0 || value === 1;
  const isWhole = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  const labels = {
    classes: new Uint8Array(column('output', '0 or 1', isFlag)),
    // Whatever is not 0 leaves a row out.
    notrain: new Uint8Array(
      column('notrain', 'a number', Number.isFinite).map((value) => (value === 0 ? 0 : 1)),
    ),
    notrainReason:
      datasets.get('notrain_reason') === undefined
        ? new Uint8Array(datasets.rows)
        : new Uint8Array(column('notrain_reason', '0, 1 or 2', (value) => isFlag(value) || value === 2)),
    subsets: new Int32Array(column('subsets', 'a whole number', isWhole)),
    ...(datasets.get('in_lung') === undefined
      ? {}
      : { inLung: new Uint8Array(column('in_lung', '0 or 1', isFlag)) }),
  };
  if (faults.length > 0) throw new InputError(path, faults.join('; '));
  return labels;
}

const SHOWN_ROWS = 5;

/** Nothing of a column is rounded, clamped or wrapped: what does not fit is refused, with the first rows and all that was found. */
function columnFaults(
  name: string,
  values: Float64Array,
  expected: string,
  fits: (value: number) => boolean,
): string[] {
  const wrong: number[] = [];
  const counts = new Map<number, number>();
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (fits(value)) continue;
    if (wrong.length < SHOWN_ROWS) wrong.push(row);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (wrong.length === 0) return [];
  const found = [...counts]
    .slice(0, SHOWN_ROWS)
    .map(([value, count]) => `${value} in ${count} ${count === 1 ? 'row' : 'rows'}`);
  return [
    `${name}: expected ${expected} in each row, received ${found.join(', ')}${counts.size > SHOWN_ROWS ? ' and others' : ''} (first: row ${wrong.join(', ')}); mend the column, or leave the rows out of the file`,
  ];
}

/** Series and centres of all rows. */
export interface PatchPlaces {
  readonly seriesUids: readonly string[];
  /** (rows, 3), x, y, z, LPS, mm. */
  readonly centersWorldMm: Float64Array;
}

export function placesOf(path: string, datasets: PatchDatasets): PatchPlaces {
  const { rows } = datasets;
  if (rows === 0) return { seriesUids: [], centersWorldMm: new Float64Array(0) };
  return {
    seriesUids: textsOf(path, datasets, [0, rows]),
    centersWorldMm: libraryNumbers(path, datasets.get('centroid')!, [0, rows]),
  };
}

/** Series and centre of rows. The held-out rows of a file lie together: one slice from the first to the last is read. */
export function findingsOf(
  path: string,
  datasets: PatchDatasets,
  wanted: ArrayLike<number>,
): { seriesUid: string; centerWorldMm: Vector3 }[] {
  if (wanted.length === 0) return [];
  const rows = Array.from(wanted);
  const first = rows.reduce((a, b) => Math.min(a, b));
  const last = rows.reduce((a, b) => Math.max(a, b));
  const uids = textsOf(path, datasets, [first, last + 1]);
  const centers = libraryNumbers(path, datasets.get('centroid')!, [first, last + 1]);
  return rows.map((row) => {
    const at = row - first;
    return {
      seriesUid: uids[at]!,
      centerWorldMm: [centers[at * 3]!, centers[at * 3 + 1]!, centers[at * 3 + 2]!],
    };
  });
}

/** Series of rows [from, to). */
function textsOf(path: string, datasets: PatchDatasets, rows: [number, number]): string[] {
  const uuid = datasets.get('uuid')!;
  const texts = uuid.metadata.vlen ? readTexts(path, 'uuid', rows) : undefined;
  return texts ?? libraryStrings(path, uuid, rows);
}
