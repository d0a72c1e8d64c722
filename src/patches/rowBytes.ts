import { existsSync, statSync } from 'node:fs';
import { voxelsPerPatch } from '../store/patchFileContract.js';
import type { CropJob } from './cropJob.js';

/** What to do where the disk of a patch file is too small. */
export const OTHER_PLACE = 'choose another --out, or cut shards';

/** Bytes of so many rows of a job, int16, with their masks. */
export function bytesOfRows({ format, lungMask }: CropJob, rows: number): number {
  return rows * voxelsPerPatch(format) * (lungMask ? 3 : 2);
}

/** Bytes that a file takes on the disk: its holes take none. */
export function bytesOnDisk(path: string): number {
  return existsSync(path) ? 512 * statSync(path).blocks : 0;
}
