import { InputError, throwIfAborted } from '../errors.js';
import { isOrthonormal } from './geometry.js';
import { readGeometryWithItk, readWithItk } from './itkReader.js';
import type { MetaImageHeader } from './metaImageHeader.js';
import {
  checkListedSlices,
  isPlainMetaImage,
  listedSlices,
  metaImageDataPath,
  readMetaImage,
  readMetaImageHeader,
} from './metaImageReader.js';
import { checkNiftiStream, checkNrrdStream } from './scanStream.js';
import type { Geometry, Volume } from './volume.js';

/** File name endings of the scans that can be read. */
export const SCAN_EXTENSIONS = ['.nrrd', '.nii', '.nii.gz', '.mha', '.mhd'] as const;

type ScanFormat = 'metaimage' | 'nrrd' | 'nifti';

/**
 * Reads a scan: voxels (z, y, x; Hounsfield units for CT) with their geometry (LPS, mm).
 * Throws InputError, naming the file and the reason, for one that is missing, cut short, corrupt or of another format.
 */
export async function readVolume(path: string, signal?: AbortSignal): Promise<Volume> {
  throwIfAborted(signal, `reading ${path}`);
  const volume = checkedGeometry(await readAny(path, signal), path);
  throwIfAborted(signal, `reading ${path}`);
  return volume;
}

/** The geometry of a scan, without its voxels: cheap for MetaImage, a read of the file for the others. Throws InputError. */
export async function readGeometry(path: string, signal?: AbortSignal): Promise<Geometry> {
  throwIfAborted(signal, `reading ${path}`);
  if (formatOf(path) !== 'metaimage') return checkedGeometry(await readGeometryWithItk(path, signal), path);
  return checkedGeometry((await readMetaImageHeader(path)).geometry, path);
}

/** The files that make up a scan: one, or a MetaImage header and its voxels (or slices). Throws InputError. */
export async function scanFiles(path: string): Promise<readonly string[]> {
  if (formatOf(path) !== 'metaimage') return [path];
  const header: MetaImageHeader = await readMetaImageHeader(path);
  if (!isPlainMetaImage(header)) {
    const slices = await listedSlices(path, header);
    if (slices.length > 0) return [path, ...slices];
  }
  const dataPath = /%|^LIST\b/.test(header.dataFile) ? path : metaImageDataPath(path, header);
  return dataPath === path ? [path] : [path, dataPath];
}

async function readAny(path: string, signal: AbortSignal | undefined): Promise<Volume> {
  switch (formatOf(path)) {
    case 'metaimage': {
      const header = await readMetaImageHeader(path);
      if (isPlainMetaImage(header)) return readMetaImage(path, header);
      await checkListedSlices(path, header);
      return readWithItk(path, signal);
    }
    case 'nrrd':
      await checkNrrdStream(path);
      return readWithItk(path, signal);
    case 'nifti':
      await checkNiftiStream(path);
      return readWithItk(path, signal);
  }
}

function formatOf(path: string): ScanFormat {
  const name = path.toLowerCase();
  if (name.endsWith('.mhd') || name.endsWith('.mha')) return 'metaimage';
  if (name.endsWith('.nrrd')) return 'nrrd';
  if (name.endsWith('.nii') || name.endsWith('.nii.gz')) return 'nifti';
  throw new InputError(path, `expected a scan that ends in ${SCAN_EXTENSIONS.join(', ')}`);
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
  if (!isOrthonormal(direction))
    throw new InputError(
      path,
      `expected axes of length 1 at right angles to each other, received the direction matrix ${direction.join(' ')}`,
    );
  return geometry;
}
