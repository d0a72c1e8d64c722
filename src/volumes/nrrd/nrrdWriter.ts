import { gzipSync } from 'node:zlib';
import { writeFileAtomically } from '../../paths.js';
import { eachAxis } from '../voxels/geometry.js';
import type { Geometry, Volume } from '../voxels/volume.js';
import { type VoxelType, voxelsForFile } from '../voxels/voxelType.js';

/**
 * Writes a volume as one NRRD file, beside, then renamed; `about` becomes key/value pairs of its header. Throws RangeError for data
 * that do not fit the size and pairs that would break a line, EnvironmentError where nothing can be written.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const volume = await readVolume(scan);
 * writeNrrd('lungs.nrrd', { ...volume, data: lungMask(volume) });
 */
export function writeNrrd(path: string, volume: Volume, about?: Readonly<Record<string, string>>): void {
  writeFileAtomically(path, nrrdBytes(volume, about));
}

/**
 * A volume as one NRRD file, its voxels packed with gzip. `about` becomes key/value pairs of the header: what the numbers are.
 * Throws RangeError for data that do not fit the size, and for pairs that would break a line.
 * Format: http://teem.sourceforge.net/nrrd/format.html
 */
export function nrrdBytes(volume: Volume, about: Readonly<Record<string, string>> = {}): Buffer {
  const { type, bytes } = voxelsForFile(volume);
  return Buffer.concat([Buffer.from(nrrdHeaderText(volume, type, about)), gzipSync(bytes)]);
}

/** Types of voxels that NRRD names otherwise. */
const TYPE_NAMES: Readonly<Partial<Record<VoxelType, string>>> = { float32: 'float', float64: 'double' };

function nrrdHeaderText(
  geometry: Geometry,
  type: VoxelType,
  about: Readonly<Record<string, string>>,
): string {
  const { size, spacingMm, originMm, direction } = geometry;
  const vector = (values: readonly number[]): string => `(${values.join(',')})`;
  // A vector for each voxel axis: its world direction, as long as the spacing.
  const axes = eachAxis((axis) => vector([0, 3, 6].map((row) => direction[row + axis]! * spacingMm[axis])));
  return [
    'NRRD0005',
    `type: ${TYPE_NAMES[type] ?? type}`,
    'dimension: 3',
    'space: left-posterior-superior',
    `sizes: ${size.join(' ')}`,
    `space directions: ${axes.join(' ')}`,
    'kinds: domain domain domain',
    'endian: little',
    'encoding: gzip',
    `space origin: ${vector(originMm)}`,
    ...Object.entries(about).map(checkedPair),
    '',
    '',
  ].join('\n');
}

function checkedPair([key, value]: readonly [string, string]): string {
  if (!/^[\w .-]+$/.test(key) || /[\r\n\\]/.test(value))
    throw new RangeError(
      `Expected a key of letters and a value of one line without backslashes, received ${JSON.stringify([key, value])}`,
    );
  return `${key}:=${value}`;
}
