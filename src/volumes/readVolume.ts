import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { InputError, throwIfAborted } from '../errors.js';
import { isFolder } from '../paths.js';
import { readDicomSeries, readDicomVolume } from './dicomReader.js';
import { isInvertible } from './geometry.js';
import { metaImageFiles, readMetaImage, readMetaImageHeader } from './metaImageReader.js';
import type { NiftiFrame } from './niftiGeometry.js';
import { niftiFiles, readNifti, readNiftiGeometry } from './niftiReader.js';
import { nrrdFiles, readNrrd, readNrrdGeometry } from './nrrdReader.js';
import type { ReadOptions } from './storedVoxels.js';
import type { Geometry, Volume } from './volume.js';

/** File name endings of the scans that can be read. */
export const SCAN_EXTENSIONS = ['.nrrd', '.nhdr', '.nii', '.nii.gz', '.hdr', '.mha', '.mhd'] as const;

type ScanFormat = 'dicom' | 'metaimage' | 'nrrd' | 'nifti';

/** How a scan is read where its format leaves a choice. */
export interface ReadingChoices {
  /** Which position of a NIfTI header is meant, where sform and qform differ. */
  readonly niftiFrame?: NiftiFrame;
}

/**
 * Reads a scan, a file or a folder of DICOM slices: voxels (z, y, x; Hounsfield units for CT) with their geometry (LPS, mm).
 * Throws InputError, naming the file and the reason, for one that is missing, cut short, corrupt or of another format.
 */
export async function readVolume(
  path: string,
  { signal, ...choices }: ReadingChoices & { readonly signal?: AbortSignal } = {},
): Promise<Volume> {
  throwIfAborted(signal, `reading ${path}`);
  const volume = checkedGeometry(await readAny(path, choices, {}, signal), path);
  throwIfAborted(signal, `reading ${path}`);
  return volume;
}

/**
 * Reads a scan and the sha256 of its files (as hashOfScan()), each byte once where the format allows.
 * `memory` gives the memory for the voxels; it may be that of a scan that is no longer used. Throws InputError.
 */
export async function readHashedVolume(
  path: string,
  choices: ReadingChoices = {},
  memory?: (bytes: number) => ArrayBuffer,
): Promise<{ volume: Volume; sha256: string }> {
  if (formatOf(path) === 'dicom')
    return { volume: await readVolume(path, choices), sha256: await hashOfScan(path) };
  const hash = createHash('sha256');
  const onBytes = (bytes: Uint8Array): void => void hash.update(bytes);
  const options = { onBytes, ...(memory === undefined ? {} : { memory }) };
  const volume = checkedGeometry(await readAny(path, choices, options), path);
  return { volume, sha256: hash.digest('hex') };
}

/** sha256 of a scan's files, one after the other, hexadecimal. Throws InputError. */
export async function hashOfScan(path: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await scanFiles(path)) await hashFile(hash, file);
  return hash.digest('hex');
}

async function hashFile(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
}

/** The geometry of a scan, without its voxels: cheap. Throws InputError. */
export async function readGeometry(
  path: string,
  { signal, niftiFrame }: ReadingChoices & { readonly signal?: AbortSignal } = {},
): Promise<Geometry> {
  throwIfAborted(signal, `reading ${path}`);
  const read = async (): Promise<Geometry> => {
    switch (formatOf(path)) {
      case 'dicom':
        return (await readDicomSeries(path, signal)).geometry;
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
export async function scanFiles(path: string): Promise<readonly string[]> {
  switch (formatOf(path)) {
    case 'dicom':
      return (await readDicomSeries(path)).slices.map(({ file }) => file);
    case 'metaimage':
      return metaImageFiles(path);
    case 'nifti':
      return niftiFiles(path);
    case 'nrrd':
      return nrrdFiles(path);
  }
}

async function readAny(
  path: string,
  { niftiFrame }: ReadingChoices,
  options: ReadOptions,
  signal?: AbortSignal,
): Promise<Volume> {
  switch (formatOf(path)) {
    case 'dicom':
      return readDicomVolume(path, signal);
    case 'metaimage':
      return readMetaImage(path, options);
    case 'nifti':
      return readNifti(path, options, niftiFrame);
    case 'nrrd':
      return readNrrd(path, options);
  }
}

function formatOf(path: string): ScanFormat {
  if (isFolder(path)) return 'dicom';
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
