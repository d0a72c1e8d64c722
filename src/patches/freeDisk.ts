import { existsSync, statfsSync, statSync } from 'node:fs';
import { EnvironmentError } from '../errors.js';
import { voxelsPerPatch } from '../store/patchFileContract.js';
import type { CropJob } from './cropJob.js';
import { bytesPerRow } from './planScan.js';

/** Bytes of so many rows of a job, with their masks. */
export function bytesOfRows({ format, lungMask }: CropJob, rows: number): number {
  return rows * (bytesPerRow(format) + (lungMask ? voxelsPerPatch(format) : 0));
}

/** Bytes that a file takes on the disk: its holes take none. */
export function bytesOnDisk(path: string): number {
  return existsSync(path) ? 512 * statSync(path).blocks : 0;
}

/** Throws EnvironmentError where so many bytes do not fit into a folder; `what` are they for? */
export function requireDisk(folder: string, bytes: number, what: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < bytes)
    throw new EnvironmentError(
      `${folder}: expected ${mebibytes(bytes)} of free disk for ${what}, found ${mebibytes(bavail * bsize)}; free some, choose another --out, or cut shards`,
    );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
