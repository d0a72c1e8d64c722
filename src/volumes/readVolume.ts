import { createHash, type Hash } from 'node:crypto';
import { awaitReadableBelow } from '../awaitReadable.js';
import { InputError, throwIfAborted } from '../errors.js';
import { given } from '../given.js';
import { chosenSeries } from './dicom/dicomChoice.js';
import type { Resampling } from './dicom/dicomGrid.js';
import { type DicomVolume, filesInOrder, readDicomSeries, readDicomVolume } from './dicom/dicomReader.js';
import { metaImageFiles, readMetaImage, readMetaImageHeader } from './metaImage/metaImageReader.js';
import type { NiftiFrame } from './nifti/niftiGeometry.js';
import { niftiFiles, readNifti, readNiftiGeometry } from './nifti/niftiReader.js';
import { nrrdFiles, readNrrd, readNrrdGeometry } from './nrrd/nrrdReader.js';
import { withBytes } from './voxels/fileBytes.js';
import { isInvertible } from './voxels/geometry.js';
import { statsOf } from './voxels/inputFile.js';
import type { ReadOptions } from './voxels/storedVoxels.js';
import type { Geometry, Volume } from './voxels/volume.js';

/** A format whose scans are named by a file: of all, or a header. */
interface ScanFormat {
  /** Of file names. */
  readonly endings: readonly string[];
  readonly geometry: (path: string, choices: ReadingChoices) => Promise<Geometry>;
  readonly files: (path: string) => Promise<readonly string[]>;
  readonly read: (path: string, options: ReadOptions, choices: ReadingChoices) => Promise<Volume>;
}

const FORMATS: readonly ScanFormat[] = [
  { endings: ['.nrrd', '.nhdr'], geometry: readNrrdGeometry, files: nrrdFiles, read: readNrrd },
  {
    endings: ['.nii', '.nii.gz', '.hdr'],
    geometry: (path, { niftiFrame }) => readNiftiGeometry(path, niftiFrame),
    files: niftiFiles,
    read: (path, options, { niftiFrame }) => readNifti(path, options, niftiFrame),
  },
  {
    endings: ['.mha', '.mhd'],
    geometry: async (path) => (await readMetaImageHeader(path)).geometry,
    files: metaImageFiles,
    read: readMetaImage,
  },
];

/** File name endings of the scans that can be read. */
export const SCAN_EXTENSIONS = FORMATS.flatMap(({ endings }) => endings);

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
  const { volume } = await readAny(source, options);
  throwIfAborted(options.signal, `reading ${path}`);
  return volume;
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
  const hash = createHash('sha256');
  const onBytes = (bytes: Uint8Array): void => void hash.update(bytes);
  const options = { onBytes, ...given({ memory }) };
  const { volume, files = [], resampling } = await readAny(source, choices, options);
  for (const file of files) await hashFile(hash, file);
  return { volume, sha256: hash.digest('hex'), ...(resampling && { resampling }) };
}

/** sha256 of a scan's files, one after the other, hexadecimal. Throws InputError. */
export async function hashOfScan(source: ScanSource, choices: ReadingChoices = {}): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await scanFiles(source, choices)) await hashFile(hash, file);
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
  throwIfAborted(options.signal, `reading ${path}`);
  const format = await formatOf(path);
  const geometry =
    format === undefined
      ? (await readDicomSeries(...(await dicomOf(source, options)))).geometry
      : await format.geometry(path, options);
  return checkedGeometry(geometry, path);
}

/** The files that make up a scan: one, a header and its voxels, or slices in the order of z. Throws InputError. */
export async function scanFiles(
  source: ScanSource,
  choices: ReadingChoices = {},
): Promise<readonly string[]> {
  const path = pathOf(source);
  const format = await formatOf(path);
  return format === undefined
    ? filesInOrder(await readDicomSeries(...(await dicomOf(source, choices))))
    : format.files(path);
}

/** `files`: of DICOM slices, which `options` are not for. */
async function readAny(
  source: ScanSource,
  choices: ReadVolumeOptions,
  options: ReadOptions = {},
): Promise<Omit<DicomVolume, 'files'> & Partial<Pick<DicomVolume, 'files'>>> {
  const path = pathOf(source);
  const format = await formatOf(path);
  const read =
    format === undefined
      ? await readDicomVolume(...(await dicomOf(source, choices)))
      : { volume: await format.read(path, options, choices) };
  return { ...read, volume: checkedGeometry(read.volume, path) };
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

/** Undefined for a folder, of DICOM slices. Throws InputError for a name with another ending. */
async function formatOf(path: string): Promise<ScanFormat | undefined> {
  if ((await statsOf(path))?.isDirectory()) return undefined;
  const name = path.toLowerCase();
  const format = FORMATS.find(({ endings }) => endings.some((ending) => name.endsWith(ending)));
  if (format !== undefined) return format;
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
