import { newScanMemory } from './scanMemory.js';
import type { ReadOptions } from './storedVoxels.js';
import type { VoxelArray } from './volume.js';
import { VOXEL_BYTES, type VoxelType, voxelsOf } from './voxelType.js';

/** Voxels that wait for their values, in the memory that the options give. */
export function emptyVoxels(
  type: VoxelType,
  count: number,
  path: string,
  { memory = newScanMemory }: ReadOptions,
): VoxelArray {
  const bytes = count * VOXEL_BYTES[type];
  return voxelsOf(Buffer.from(memory(bytes, path), 0, bytes), type, false);
}

/** Voxels that lie in one part, or in several, one after the other. */
export async function readParts<Part>(
  parts: readonly Part[],
  { type, count, path }: { readonly type: VoxelType; readonly count: number; readonly path: string },
  read: (part: Part, options: ReadOptions) => Promise<VoxelArray>,
  options: ReadOptions,
): Promise<VoxelArray> {
  if (parts.length === 1) return read(parts[0]!, options);
  let data: VoxelArray | undefined;
  let at = 0;
  for (const part of parts) {
    const voxels = await read(part, { onBytes: options.onBytes });
    // Room is made when the first part has been read: a header may promise more than there is.
    data ??= emptyVoxels(type, count, path, options);
    data.set(voxels, at);
    at += voxels.length;
  }
  return data!;
}
