import { basename } from 'node:path';
import { InputError } from '../../errors.js';
import { withBytes } from '../voxels/fileBytes.js';
import { statsOf, withFile } from '../voxels/inputFile.js';
import { rescaled } from '../voxels/rescaled.js';
import { type ReadOptions, readStoredVoxels } from '../voxels/storedVoxels.js';
import type { Geometry, Volume } from '../voxels/volume.js';
import { VOXEL_BYTES } from '../voxels/voxelType.js';
import { type NiftiFrame, niftiGeometry } from './niftiGeometry.js';
import { NIFTI_HEADER_BYTES, type NiftiHeader, parseNiftiHeader } from './niftiHeader.js';

/** The geometry of a .nii, .nii.gz or .hdr file. Throws InputError. */
export async function readNiftiGeometry(path: string, frame?: NiftiFrame): Promise<Geometry> {
  return niftiGeometry(await readHeader(path), path, frame);
}

/** The file, or a header (.hdr) and the file of its voxels (.img). Throws InputError. */
export async function niftiFiles(path: string): Promise<readonly string[]> {
  const voxels = await voxelFileOf(path, await readHeader(path));
  return voxels === path ? [path] : [path, voxels];
}

/** Reads a NIfTI-1 or NIfTI-2 file, packed by gzip or not, its values scaled as the header says. Throws InputError. */
export async function readNifti(
  path: string,
  options: ReadOptions = {},
  frame?: NiftiFrame,
): Promise<Volume> {
  const header = await readHeader(path);
  const geometry = niftiGeometry(header, path, frame);
  const file = await voxelFileOf(path, header);
  if (options.onBytes !== undefined && file !== path)
    options.onBytes(await withFile(path, (input) => input.content()));
  const packed = await isPacked(file);
  const { size, voxelType: type, bigEndian, voxelOffset } = header;
  const stored = await readStoredVoxels(
    {
      path: file,
      from: packed ? 0 : voxelOffset,
      packed,
      skip: packed ? voxelOffset : 0,
      ...{ size, type, bigEndian, typeName: type },
      promisedBy: `dim and datatype of ${basename(path)}`,
      // Less than a slice more is padding.
      paddingBytes: size[0] * size[1] * VOXEL_BYTES[type] - 1,
    },
    options,
  );
  return { ...geometry, data: header.scaling === undefined ? stored : rescaled(stored, header.scaling) };
}

async function readHeader(path: string): Promise<NiftiHeader> {
  const packed = await isPacked(path);
  const start = Buffer.alloc(NIFTI_HEADER_BYTES);
  const found = await withBytes(path, { packed }, (bytes) => bytes.fill(start));
  if (found === 0) throw new InputError(path, 'expected a NIfTI file, found one without a byte');
  return parseNiftiHeader(start.subarray(0, found), path);
}

/** By its first bytes, not its name. */
async function isPacked(path: string): Promise<boolean> {
  const start = await withFile(path, (input) => input.content(2));
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** Beside `scan.hdr` lies `scan.img`, or `scan.img.gz`. */
async function voxelFileOf(path: string, { isPair }: NiftiHeader): Promise<string> {
  if (!isPair) return path;
  const stem = path.replace(/\.(hdr|img|nii)(\.gz)?$/i, '');
  const names = ['.img', '.img.gz', '.IMG', '.IMG.GZ'].map((ending) => `${stem}${ending}`);
  for (const name of names) if ((await statsOf(name)) !== undefined) return name;
  throw new InputError(
    path,
    `magic: says that the voxels lie in ${basename(names[0]!)}, which is not beside it; copy it there, or convert the pair to .nii`,
  );
}
