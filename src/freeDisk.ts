import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnvironmentError } from './errors.js';

/** Bytes that are free on the disk of a folder, which need not be there yet. */
export function freeDiskBytes(folder: string): number {
  if (!existsSync(folder) && dirname(folder) !== folder) return freeDiskBytes(dirname(folder));
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Throws EnvironmentError where so many bytes do not fit into a folder: what they are for, and what to do beside making room. */
export function requireDisk(folder: string, bytes: number, what: string, remedy: string): void {
  const free = freeDiskBytes(folder);
  if (free < bytes)
    throw new EnvironmentError(
      `${folder}: expected ${mebibytes(bytes)} of free disk for ${what}, found ${mebibytes(free)}; free some, ${remedy}`,
    );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
