import { callH5, type Dataset, type Library, loadH5 } from './hdf5/h5.js';
import {
  type PatchColumns,
  type PatchFormat,
  type PatchProvenance,
  voxelsPerPatch,
} from './patchFileContract.js';

/** Version of the layout, in the root attribute `formatVersion`. */
const FORMAT_VERSION = 1;

/**
 * Creates the file with its columns and attributes, and the room for the voxels of `input`, which are not written: the file
 * ends in a hole. Whoever fills it finds the place by findContiguous().
 * Runs in a thread of its own, whose clock stands still: HDF5 stamps its objects with the time, and the same input must give
 * the same bytes.
 */
export async function createPatchFile(
  path: string,
  format: PatchFormat,
  provenance: PatchProvenance,
  columns: PatchColumns,
): Promise<void> {
  Date.now = () => 0;
  const library = await loadH5();
  callH5(() => writeAllButRows(library, path, format, provenance, columns));
}

function writeAllButRows(
  { File, Module, dtype_to_metadata: metadataOf }: Library,
  path: string,
  format: PatchFormat,
  provenance: PatchProvenance,
  columns: PatchColumns,
): void {
  const rows = columns.classes.length;
  const voxels = voxelsPerPatch(format);
  const file = new File(path, 'w');

  // Large datasets are created without data, which the library's own create_dataset cannot do: its write of no data fails
  // and the dataset stands.
  const shape = [BigInt(rows), BigInt(voxels)];
  const withoutData = (name: string, type: '<h' | '<B'): Dataset => {
    const kept = { shape, maxshape: shape, chunks: null, compression: 0, compression_opts: [] };
    Module.deactivate_throwing_error_handler();
    Module.create_dataset(file.file_id, `/${name}`, 0n, { ...metadataOf(type), ...kept });
    Module.activate_throwing_error_handler();
    return file.get(name) as Dataset;
  };
  const input = withoutData('input', '<h');

  input.create_attribute('lshape', int64([format.dim, format.dim, format.slices, 1]));
  input.create_attribute('axes', 'zyx');
  input.create_attribute('spacing', Float64Array.from(format.spacingMm));
  input.create_attribute('intensity', 'HU');
  input.create_attribute('interpolation', format.interpolation);
  if (format.normalisation !== undefined) {
    const { kind, lowHu, highHu } = format.normalisation;
    input.create_attribute('normalisation', kind);
    input.create_attribute('normalisationHu', Float64Array.of(lowHu, highHu));
  }
  const column = (name: string, values: readonly number[]): void =>
    void file.create_dataset({ name, data: int64(values), shape: [rows, 1] });
  column('output', columns.classes);
  column('notrain', columns.notrain);
  column('notrain_reason', columns.notrainReason);
  column('subsets', columns.subsets);
  file.create_dataset({
    name: 'centroid',
    data: Float64Array.from(columns.centerWorldMm.flat()),
    shape: [rows, 3],
  });
  if (columns.inLung !== undefined) column('in_lung', columns.inLung);
  const mask = columns.inLung === undefined ? undefined : withoutData('mask', '<B');
  file.create_dataset({ name: 'uuid', data: [...columns.seriesUid], shape: [rows, 1], dtype: 'S' });
  file.create_attribute('formatVersion', int64([FORMAT_VERSION]), []);
  // Of variable length: HDF5 keeps an attribute of fixed length below 64 KiB, and the list of LUNA16's scans is longer.
  for (const [name, value] of textAttributes(provenance)) file.create_attribute(name, value, [], 'S');
  file.flush();

  // The library gives a dataset its place in the file at the first write: behind all else, for any number of rows.
  if (rows > 0) input.write_slice([[0, 1], []], new Int16Array(voxels));
  if (rows > 0) mask?.write_slice([[0, 1], []], new Uint8Array(voxels));
  if (file.close() < 0) throw new Error('the file could not be closed: not all of it was written');
}

function textAttributes({
  program,
  settings,
  scans,
  failedScans,
  outside,
  resampled,
}: PatchProvenance): [string, string][] {
  const parts = { settings, scans, failedScans, outside, resampled };
  return [
    ['program', program],
    ...Object.entries(parts)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]): [string, string] => [name, sortedJson(part!)]),
  ];
}

function sortedJson(record: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function int64(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}
