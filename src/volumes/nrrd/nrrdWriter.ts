import { endianness } from 'node:os';
import { gzipSync } from 'node:zlib';
import { writeFileAtomically } from '../../paths.js';
import type { Geometry, Volume, VoxelArray } from '../voxels/volume.js';

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
  const { data, size } = volume;
  const voxels = size[0] * size[1] * size[2];
  if (data.length !== voxels)
    throw new RangeError(`Expected ${voxels} voxels for ${size.join(' x ')}, received ${data.length}`);
  const header = nrrdHeaderText(volume, typeName(data), about);
  const packed = gzipSync(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat([Buffer.from(header), packed]);
}

function nrrdHeaderText(geometry: Geometry, type: string, about: Readonly<Record<string, string>>): string {
  const { size, spacingMm, originMm, direction } = geometry;
  const vector = (values: readonly number[]): string => `(${values.join(',')})`;
  // A vector for each voxel axis: its world direction, as long as the spacing.
  const axes = ([0, 1, 2] as const).map((axis) =>
    vector([0, 3, 6].map((row) => direction[row + axis]! * spacingMm[axis])),
  );
  return [
    'NRRD0005',
    `type: ${type}`,
    'dimension: 3',
    'space: left-posterior-superior',
    `sizes: ${size.join(' ')}`,
    `space directions: ${axes.join(' ')}`,
    'kinds: domain domain domain',
    `endian: ${endianness() === 'BE' ? 'big' : 'little'}`,
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

function typeName(data: VoxelArray): string {
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Uint16Array) return 'uint16';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint32Array) return 'uint32';
  if (data instanceof Float32Array) return 'float';
  return 'double';
}
