import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { PatchColumns, PatchFormat } from '../src/store/patchFileContract.js';
import { writePatchFile } from '../src/store/writePatchFile.js';

export const FORMAT: PatchFormat = { dim: 32, slices: 32, spacingMm: [1, 1, 1], interpolation: 'linear' };
export const ROW_BYTES = 32 ** 3 * 2;
/** 4 MiB, as crop() hands them over. */
export const ROWS_PER_BLOCK = 64;

/** Bytes a second of writing patches, and of writing the same blocks to a plain file; both end on the disk (fsync). */
export async function writingRates(
  folder: string,
  rows: number,
): Promise<{ patches: number; plain: number }> {
  const file = join(folder, 'writing');
  const block = Int16Array.from({ length: (ROWS_PER_BLOCK * ROW_BYTES) / 2 }, (_, i) => (i * 7919) % 1400);
  const blocks = Math.ceil(rows / ROWS_PER_BLOCK);
  const bytes = blocks * ROWS_PER_BLOCK * ROW_BYTES;
  const rate = async (write: () => unknown): Promise<number> => {
    const began = performance.now();
    await write();
    const seconds = (performance.now() - began) / 1000;
    rmSync(file);
    return bytes / seconds;
  };
  const columns = columnsOf(blocks * ROWS_PER_BLOCK);
  const provenance = { program: 'bench', settings: {}, scans: {} };
  return {
    plain: await rate(() => writePlainly(file, block, blocks)),
    patches: await rate(() => writePatchFile(file, FORMAT, provenance, columns, repeated(block, blocks))),
  };
}

/** Made-up columns of `rows` rows. */
export function columnsOf(rows: number): PatchColumns {
  const column = <T>(value: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => value(row));
  return {
    classes: column((row) => (row % 500 === 0 ? 1 : 0)),
    notrain: column(() => 0),
    notrainReason: column(() => 0),
    centerWorldMm: column((row) => [row, 0, 0] as const),
    seriesUid: column((row) => `scan${Math.floor(row / 171)}`),
    subsets: column((row) => row % 10),
  };
}

function* repeated(block: Int16Array, times: number): Iterable<Int16Array> {
  for (let i = 0; i < times; i++) yield block;
}

function writePlainly(path: string, block: Int16Array, times: number): void {
  const file = openSync(path, 'w');
  try {
    for (let i = 0; i < times; i++) writeSync(file, block);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
