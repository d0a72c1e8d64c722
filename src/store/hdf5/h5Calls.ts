import type { Dataset, H5File } from './h5.js';
import { memberOf } from './rootMembers.js';

/*
 * What is asked of the HDF5 library in its thread (h5Thread.ts), by openH5(): questions and answers are plain data. Each call
 * throws what the library throws.
 */

/** HDF5's class of values without meaning: the library then gives their bytes, for types that JavaScript has no array for too. */
const OPAQUE = 5;

/** What a dataset says of itself: names of the library. */
export type DatasetProperty = 'shape' | 'metadata' | 'filters' | 'value';

interface OpenFile {
  readonly file: H5File;
  /** By path: the library keeps with each what it was asked before. */
  readonly datasets: Map<string, Dataset>;
}

/** By number. */
const files = new Map<number, OpenFile>();
let opened = 0;

function openFile(file: number): OpenFile {
  const found = files.get(file);
  if (found === undefined) throw new Error('the file is closed');
  return found;
}

function fileOf(file: number): H5File {
  return openFile(file).file;
}

function datasetOf(number: number, path: string): Dataset {
  const { file, datasets } = openFile(number);
  const dataset = datasets.get(path) ?? (file.get(path) as Dataset);
  datasets.set(path, dataset);
  return dataset;
}

function objectOf(file: number, path: string): Pick<H5File, 'attrs'> {
  const object = path === '/' ? fileOf(file) : fileOf(file).get(path);
  if (object === null || !('attrs' in object)) throw new Error(`no object ${path}`);
  return object;
}

export const h5Calls = {
  open: (file: H5File): number => {
    files.set(++opened, { file, datasets: new Map() });
    return opened;
  },
  close: (file: number): void => {
    fileOf(file).close();
    files.delete(file);
  },
  /** Names in a group; undefined for what is none. */
  keys: (file: number, path: string): string[] | undefined => {
    const group = path === '/' ? fileOf(file) : fileOf(file).get(path);
    return group !== null && 'keys' in group ? group.keys() : undefined;
  },
  /** Where a dataset lies; in an object, for what is none, the words that say what it is. */
  member: (file: number, path: string): string | { readonly words: string } => {
    const member = memberOf(fileOf(file), path);
    return typeof member === 'string' ? { words: member } : member.path;
  },
  attributeNames: (file: number, path: string): string[] => Object.keys(objectOf(file, path).attrs),
  attribute: (file: number, path: string, name: string): unknown =>
    plain(objectOf(file, path).attrs[name]?.value),
  property: (file: number, path: string, name: DatasetProperty): unknown =>
    plain(datasetOf(file, path)[name]),
  slice: (file: number, path: string, ranges: (readonly [number, number] | [])[]): unknown =>
    datasetOf(file, path).slice(ranges as [][]),
  /** The little-endian bytes of rows. */
  bytes: (file: number, path: string, rows: [number, number]): Uint8Array => {
    const dataset = datasetOf(file, path);
    const metadata = { ...dataset.metadata, type: OPAQUE };
    const asBytes = Object.create(dataset, { metadata: { value: metadata } }) as Dataset;
    const others = (metadata.shape ?? []).slice(1).map((): [] => []);
    return asBytes.slice([rows, ...others]) as unknown as Uint8Array;
  },
};

export type H5Calls = typeof h5Calls;

/** References are objects of the library; where they lead to is of no use outside it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
