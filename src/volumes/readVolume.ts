import { createHash, type Hash } from 'node:crypto';
import { awaitReadableBelow } from '../awaitReadable.js';
import { InputError, throwIfAborted } from '../errors.js';
import { chosenSeries } from './dicom/dicomChoice.js';
import type { Resampling } from './dicom/dicomGrid.js';
import { filesInOrder, readDicomSeries, readDicomVolume } from './dicom/dicomReader.js';
import { metaImageFiles, readMetaImage, readMetaImageHeader } from './metaImage/metaImageReader.js';
import type { NiftiFrame } from './nifti/niftiGeometry.js';
import { niftiFiles, readNifti, readNiftiGeometry } from './nifti/niftiReader.js';
import { nrrdFiles, readNrrd, readNrrdGeometry } from './nrrd/nrrdReader.js';
import { withBytes } from './voxels/fileBytes.js';
import { isInvertible } from './voxels/geometry.js';
import { statsOf } from './voxels/inputFile.js';
import type { ReadOptions } from './voxels/storedVoxels.js';
import type { Geometry, Volume } from './voxels/volume.js';

/** File name endings of the scans that can be read. */
export const SCAN_EXTENSIONS = ['.nrrd', '.nhdr', '.nii', '.nii.gz', '.hdr', '.mha', '.mhd'] as const;

type ScanFormat = 'dicom' | 'metaimage' | 'nrrd' | 'nifti';

/** How a scan is read where its format leaves a choice. */
export interface ReadingChoices {
  /** Which position of a NIfTI header is meant, where sform and qform differ. */
  readonly niftiFrame?: NiftiFrame;
  /** DICOM slices of a tilted gantry or with uneven gaps are resampled to a straight, even grid; otherwise refused. */
  readonly resampleSlices?: boolean;
}

/** A scan's file or folder, or a scan that was found, with its slices and what is wrong with it. */
export type ScanSource =
  | string
  | { readonly path: string; readonly slices?: readonly string[]; readonly fault?: string };

/** How one scan is read. */
export interface ReadVolumeOptions extends ReadingChoices {
  readonly signal?: AbortSignal;
  /** SeriesInstanceUID of the DICOM series that is meant, where a folder holds several. */
  readonly series?: string;
}

/** A scan, its files' sha256 (as hashOfScan()), and what was done to its slices before they were a volume. */
export interface HashedVolume {
  readonly volume: Volume;
  readonly sha256: string;
  readonly resampling?: Resampling;
}

/**
 * Reads a scan, a file or the DICOM series in a folder or below: voxels (z, y, x; Hounsfield units for CT) with their geometry
 * (LPS, mm). Throws InputError, naming the file and the reason, for one that is missing, cut short, corrupt or of another format.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const { data, size, originMm } = await readVolume(scan); // or a path: readVolume('scan.nii.gz')
 * console.log(`${size.join(' x ')} voxels from ${originMm.join(', ')} mm on; the first has ${data[0]} HU`);
 */
export async function readVolume(source: ScanSource, options: ReadVolumeOptions = {}): Promise<Volume> {
  const path = pathOf(source);
  throwIfAborted(options.signal, `reading ${path}`);
  const volume = await readAny(source, options, {});
  throwIfAborted(options.signal, `reading ${path}`);
  return checkedGeometry(volume, path);
}

/**
 * Reads a scan and the sha256 of its files (as hashOfScan()), each byte once where the format allows.
 * `memory` gives the memory for the voxels; it may be that of a scan that is no longer used. Throws InputError.
 */
export async function readHashedVolume(
  source: ScanSource,
  choices: ReadingChoices = {},
  memory?: ReadOptions['memory'],
): Promise<HashedVolume> {
  const path = pathOf(source);
  if ((await formatOf(path)) === 'dicom') {
    const { volume, files, resampling } = await readDicomVolume(...(await dicomOf(source, choices)));
    const sha256 = await hashOfFiles(files);
    return { volume: checkedGeometry(volume, path), sha256, ...(resampling && { resampling }) };
  }
  const hash = createHash('sha256');
  const onBytes = (bytes: Uint8Array): void => void hash.update(bytes);
  const options = { onBytes, ...(memory === undefined ? {} : { memory }) };
  const volume = checkedGeometry(await readAny(source, choices, options), path);
  return { volume, sha256: hash.digest('hex') };
}

/** sha256 of a scan's files, one after the other, hexadecimal. Throws InputError. */
export async function hashOfScan(source: ScanSource, choices: ReadingChoices = {}): Promise<string> {
  return hashOfFiles(await scanFiles(source, choices));
}

async function hashOfFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) await hashFile(hash, file);
  return hash.digest('hex');
}

async function hashFile(hash: Hash, path: string): Promise<void> {
  await withBytes(path, { onBytes: (bytes) => void hash.update(bytes) }, (bytes) =>
    bytes.skip(Number.POSITIVE_INFINITY),
  );
}

/**
 * The geometry of a scan, without its voxels: cheap. Throws InputError.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const { size, spacingMm } = await readGeometry(scan);
 * console.log(`${size.join(' x ')} voxels of ${spacingMm.join(' x ')} mm`);
 */
export async function readGeometry(source: ScanSource, options: ReadVolumeOptions = {}): Promise<Geometry> {
  const path = pathOf(source);
  const { signal, niftiFrame } = options;
  throwIfAborted(signal, `reading ${path}`);
  const read = async (): Promise<Geometry> => {
    switch (await formatOf(path)) {
      case 'dicom':
        return (await readDicomSeries(...(await dicomOf(source, options)))).geometry;
      case 'metaimage':
        return (await readMetaImageHeader(path)).geometry;
      case 'nifti':
        return readNiftiGeometry(path, niftiFrame);
      case 'nrrd':
        return readNrrdGeometry(path);
    }
  };
  return checkedGeometry(await read(), path);
}

/** The files that make up a scan: one, a header and its voxels, or slices in the order of z. Throws InputError. */
export async function scanFiles(
  source: ScanSource,
  choices: ReadingChoices = {},
): Promise<readonly string[]> {
  const path = pathOf(source);
  switch (await formatOf(path)) {
    case 'dicom':
      return filesInOrder(await readDicomSeries(...(await dicomOf(source, choices))));
    case 'metaimage':
      return metaImageFiles(path);
    case 'nifti':
      return niftiFiles(path);
    case 'nrrd':
      return nrrdFiles(path);
  }
}

async function readAny(
  source: ScanSource,
  choices: ReadVolumeOptions,
  options: ReadOptions,
): Promise<Volume> {
  const path = pathOf(source);
  const { niftiFrame } = choices;
  switch (await formatOf(path)) {
    case 'dicom':
      return (await readDicomVolume(...(await dicomOf(source, choices)))).volume;
    case 'metaimage':
      return readMetaImage(path, options);
    case 'nifti':
      return readNifti(path, options, niftiFrame);
    case 'nrrd':
      return readNrrd(path, options);
  }
}

function pathOf(source: ScanSource): string {
  if (typeof source === 'string') return source;
  if (source.fault !== undefined) throw new InputError(source.path, source.fault);
  return source.path;
}

/** What the reader of a DICOM series is asked with. */
async function dicomOf(
  source: ScanSource,
  options: ReadVolumeOptions,
): Promise<Parameters<typeof readDicomVolume>> {
  const { path, slices } = typeof source === 'string' ? { path: source } : source;
  if (slices === undefined) await awaitReadableBelow(path);
  return [slices ?? chosenSeries(path, options.series), path, options];
}

async function formatOf(path: string): Promise<ScanFormat> {
  if ((await statsOf(path))?.isDirectory()) return 'dicom';
  const name = path.toLowerCase();
  if (name.endsWith('.mhd') || name.endsWith('.mha')) return 'metaimage';
  if (name.endsWith('.nrrd') || name.endsWith('.nhdr')) return 'nrrd';
  if (name.endsWith('.nii') || name.endsWith('.nii.gz') || name.endsWith('.hdr')) return 'nifti';
  throw new InputError(
    path,
    `expected a scan that ends in ${SCAN_EXTENSIONS.join(', ')}, or a folder of DICOM slices`,
  );
}

/** Refuses a geometry in which no world position has a voxel index. */
function checkedGeometry<G extends Geometry>(geometry: G, path: string): G {
  const { size, spacingMm, originMm, direction } = geometry;
  if (!size.every((n) => Number.isInteger(n) && n > 0))
    throw new InputError(path, `expected a size of whole numbers above 0, received ${size.join(' x ')}`);
  if (!spacingMm.every((mm) => Number.isFinite(mm) && mm > 0) || !originMm.every(Number.isFinite))
    throw new InputError(
      path,
      `expected a spacing above 0 mm and a finite origin, received ${spacingMm.join(', ')} and ${originMm.join(', ')}`,
    );
  if (!isInvertible(direction))
    throw new InputError(
      path,
      `expected three directions that do not lie in a plane, received the direction matrix ${direction.join(' ')}`,
    );
  return geometry;
}
