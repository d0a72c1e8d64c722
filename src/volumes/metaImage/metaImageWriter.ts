import { endianness } from 'node:os';
import { basename } from 'node:path';
import { writeFileAtomically } from '../../paths.js';
import type { Geometry, Matrix3, Volume, VoxelArray } from '../voxels/volume.js';

/**
 * Writes a scan as LUNA16 has them: a text header `<name>.mhd` and the voxels beside it in `<name>.raw`, uncompressed.
 * The header is renamed into place last, so that a header always has whole voxels. `path` must end in `.mhd`.
 * Format: https://itk.org/Wiki/ITK/MetaIO/Documentation
 */
export function writeMetaImage(path: string, volume: Volume): void {
  const rawPath = metaImageRawPath(path);
  const { data, size } = volume;
  const voxels = size[0] * size[1] * size[2];
  if (data.length !== voxels)
    throw new RangeError(
      `Expected ${voxels} voxels for a scan of ${size.join(' x ')}, received ${data.length}`,
    );
  writeFileAtomically(rawPath, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  writeFileAtomically(path, metaImageHeader(volume, elementType(data), basename(rawPath)));
}

/** Where writeMetaImage() puts the voxels of the header `path`. Throws RangeError for another extension than `.mhd`. */
export function metaImageRawPath(path: string): string {
  if (!/\.mhd$/i.test(path)) throw new RangeError(`Expected a path that ends in .mhd, received ${path}`);
  return path.replace(/\.mhd$/i, '.raw');
}

/** The header's lines in the order of LUNA16's files. */
export function metaImageHeader(geometry: Geometry, type: string, dataFile: string): string {
  const { size, spacingMm, originMm, direction } = geometry;
  const fields: [string, string][] = [
    ['ObjectType', 'Image'],
    ['NDims', '3'],
    ['BinaryData', 'True'],
    ['BinaryDataByteOrderMSB', endianness() === 'BE' ? 'True' : 'False'],
    ['CompressedData', 'False'],
    // MetaIO lists the world direction of one voxel axis after the other: the transpose of `direction`.
    ['TransformMatrix', transpose(direction).join(' ')],
    ['Offset', originMm.join(' ')],
    ['CenterOfRotation', '0 0 0'],
    ['AnatomicalOrientation', anatomicalOrientation(direction)],
    ['ElementSpacing', spacingMm.join(' ')],
    ['DimSize', size.join(' ')],
    ['ElementType', type],
    ['ElementDataFile', dataFile],
  ];
  return fields.map(([key, value]) => `${key} = ${value}\n`).join('');
}

/** Three letters as ITK writes them: the side each voxel axis comes from (identity in LPS = RAI). */
export function anatomicalOrientation(direction: Matrix3): string {
  const letters = ['RL', 'AP', 'IS'];
  return [0, 1, 2]
    .map((axis) => {
      const along = [direction[axis]!, direction[3 + axis]!, direction[6 + axis]!];
      const world = along.reduce(
        (best, value, i) => (Math.abs(value) > Math.abs(along[best]!) ? i : best),
        0,
      );
      return letters[world]![along[world]! >= 0 ? 0 : 1];
    })
    .join('');
}

function transpose(m: Matrix3): Matrix3 {
  return [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];
}

function elementType(data: VoxelArray): string {
  if (data instanceof Int8Array) return 'MET_CHAR';
  if (data instanceof Uint8Array) return 'MET_UCHAR';
  if (data instanceof Int16Array) return 'MET_SHORT';
  if (data instanceof Uint16Array) return 'MET_USHORT';
  if (data instanceof Int32Array) return 'MET_INT';
  if (data instanceof Uint32Array) return 'MET_UINT';
  if (data instanceof Float32Array) return 'MET_FLOAT';
  return 'MET_DOUBLE';
}
