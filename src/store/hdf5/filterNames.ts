import { InputError } from '../../errors.js';
import type { Dataset } from './h5Reader.js';

/** A filter of a dataset's chunks, as HDF5 registers it. */
export interface StoredFilter {
  readonly id: number;
  /** As the file has it; may be empty. */
  readonly name: string;
  /** Its settings. */
  readonly values: readonly number[];
}

/** By their numbers: HDF5's own, and what The HDF Group has registered. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'gzip',
  2: 'shuffle',
  3: 'fletcher32',
  4: 'szip',
  5: 'n-bit',
  6: 'scale-offset',
  307: 'bzip2',
  32000: 'lzf',
  32001: 'blosc',
  32002: 'mafisc',
  32003: 'snappy',
  32004: 'lz4',
  32005: 'apax',
  32006: 'cbf',
  32007: 'jpeg-xr',
  32008: 'bitshuffle',
  32009: 'spdp',
  32010: 'lpc-rice',
  32011: 'ccsds-123',
  32012: 'jpeg-ls',
  32013: 'zfp',
  32014: 'fpzip',
  32015: 'zstd',
  32016: 'b3d',
  32017: 'sz',
  32018: 'fcidecomp',
  32019: 'jpeg',
  32020: 'vbz',
  32021: 'fapec',
  32022: 'bitgroom',
  32023: 'granular bitround',
  32024: 'sz3',
  32025: 'delta-rice',
  32026: 'blosc2',
  32027: 'flac',
  32028: 'sperr',
  32029: 'terse/prolix',
  32030: 'ffmpeg',
};

/**
 * What the library and its plugins undo, each compared with h5py. Not bzip2, whose plugin never ends at a damaged stream, and
 * not zfp, whose plugin lacks functions that some of its modes need.
 */
const READABLE: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 32000, 32001, 32004, 32008, 32015, 32026]);

const BLOSC: ReadonlySet<number> = new Set([32001, 32026]);
/** Blosc's own numbers of what it compresses with. */
const BLOSC_COMPRESSORS = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd'];
/** The plugins were built without the others. */
const IN_BLOSC: ReadonlySet<string> = new Set(['blosclz', 'lz4', 'lz4hc', 'zstd']);

/** A filter as messages name it: `zstd (filter 32015)`. */
export function filterName(filter: StoredFilter): string {
  const { id, name } = filter;
  const inside = unreadableCompressor(filter);
  const known = NAMES[id];
  if (known !== undefined) return `${known}${inside === undefined ? '' : ` with ${inside}`} (filter ${id})`;
  const own = name.length > 60 ? `${name.slice(0, 60)}...` : name;
  return `an unknown filter (number ${id}${own === '' ? '' : `, ${JSON.stringify(own)}`})`;
}

/** What blosc has inside, where it is nothing that can be read. */
function unreadableCompressor({ id, values }: StoredFilter): string | undefined {
  if (!BLOSC.has(id)) return undefined;
  const code = values[6] ?? 0;
  const inside = BLOSC_COMPRESSORS[code] ?? `compressor ${code}`;
  return IN_BLOSC.has(inside) ? undefined : inside;
}

function isReadable(filter: StoredFilter): boolean {
  return READABLE.has(filter.id) && unreadableCompressor(filter) === undefined;
}

/** Throws InputError, with dataset, filter and remedy, for chunks that nothing here can read. */
export function checkFilters(path: string, name: string, filters: readonly StoredFilter[]): void {
  const filter = filters.find((each) => !isReadable(each));
  if (filter === undefined) return;
  throw new InputError(
    path,
    `${name}: its chunks are filtered by ${filterName(filter)}, which voxlab cannot read; rewrite the file where it can be read: h5repack -f GZIP=4 in.hdf5 out.hdf5 (h5repack needs the plugin of that filter, too)`,
  );
}

/** In the order in which they were applied. */
export function filtersOf(dataset: Dataset): StoredFilter[] {
  return dataset.filters.map(({ id, name, cd_values: values }) => ({ id, name, values }));
}
