import { InputError } from '../../errors.js';
import { freeBytes } from '../../freeMemory.js';

/**
 * New memory for the voxels of a scan. Throws InputError, before it is taken, where the machine (or its container) has less
 * left than that: a scan costs itself, not the process that reads it.
 */
export function newScanMemory(bytes: number, path: string): ArrayBuffer {
  requireScanMemory(bytes, path);
  try {
    return new ArrayBuffer(bytes);
  } catch (error) {
    throw tooLarge(path, bytes, `${gigabytes(freeBytes())} free, in no piece that large`, error);
  }
}

/** As newScanMemory(), for what takes its memory itself. */
export function requireScanMemory(bytes: number, path: string, free: number = freeBytes()): void {
  if (bytes > free) throw tooLarge(path, bytes, `${gigabytes(free)} free`);
}

function tooLarge(path: string, bytes: number, found: string, cause?: unknown): InputError {
  return new InputError(
    path,
    `its voxels take ${gigabytes(bytes)} of memory, found ${found}: end other programs, take fewer --workers, or a larger machine`,
    { cause },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1)} GB`;
}
