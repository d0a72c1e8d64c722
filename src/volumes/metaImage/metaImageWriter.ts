import { basename } from 'node:path';
import { writeFileAtomically } from '../../paths.js';
import type { Geometry, Matrix3, Volume } from '../voxels/volume.js';
import { voxelsForFile } from '../voxels/voxelType.js';
import { metaElementType } from './metaImageHeader.js';

/**
 * Writes a scan as LUNA16 has them: a text header `<name>.mhd` and the voxels beside it in `<name>.raw`, uncompressed.
 * The header is renamed into place last, so that a header always has whole voxels. `path` must end in `.mhd`.
 * Format: https://itk.org/Wiki/ITK/MetaIO/Documentation
 */
export function writeMetaImage(path: string, volume: Volume): void {
  const rawPath = metaImageRawPath(path);
  const { type, bytes } = voxelsForFile(volume);
  writeFileAtomically(rawPath, bytes);
  writeFileAtomically(path, metaImageHeader(volume, metaElementType(type), basename(rawPath)));
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
    ['BinaryDataByteOrderMSB', 'False'],
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
