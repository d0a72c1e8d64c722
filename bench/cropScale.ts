import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '../src/errors.js';
import { inRepository } from '../src/paths.js';
import { openPatchFile } from '../src/store/patchFile.js';
import { writePatchFile } from '../src/store/writePatchFile.js';
import { columnsOf, FORMAT, ROW_BYTES, ROWS_PER_BLOCK } from './patchWriting.js';
import { type BenchReport, spread } from './report.js';

/** As many as the 2018 project trained on. */
const ROWS = 152_000;
const VOXELS = ROW_BYTES / 2;

/**
 * Writes a patch file of 10 GB beside the data, reads every row back by the row index and compares every byte; the file is
 * removed. Memory is noted on the way. Throws EnvironmentError where the disk has no room.
 */
export async function benchCropScale(): Promise<BenchReport> {
  const data = inRepository('data');
  requireDisk(data);
  const folder = mkdtempSync(join(data, 'scale-run-'));
  try {
    const file = join(folder, 'patches.hdf5');
    const memory: string[] = [];
    const note = (doing: string, rows: number): void => {
      if ([0.1, 0.5, 1].some((share) => Math.ceil((share * ROWS) / ROWS_PER_BLOCK) * ROWS_PER_BLOCK === rows))
        memory.push(
          `${doing} ${((100 * rows) / ROWS).toFixed(0)} %: ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`,
        );
    };
    const writing = await secondsOf(() =>
      writePatchFile(
        file,
        FORMAT,
        { program: 'bench', settings: {}, scans: {} },
        columnsOf(ROWS),
        blocks(note),
      ),
    );
    const reading = await secondsOf(() => compareAll(file, note));
    const rates = [writing, reading].map((seconds) => (ROWS * ROW_BYTES) / seconds / 1e6);
    return {
      name: `crop --scale: ${ROWS.toLocaleString('en')} patches of 32^3, ${(statSync(file).size / 1e9).toFixed(2)} GB`,
      unit: 'MB/s',
      higherIsBetter: true,
      repetitions: 1,
      rows: [
        spread('written, fsync included', [rates[0]!]),
        spread('read by the row index, every byte compared', [rates[1]!]),
      ],
      ratios: [],
      machine: cpus()[0]?.model ?? 'unknown',
      notes: [
        `${(ROWS / writing).toFixed(0)} rows/s written, ${(ROWS / reading).toFixed(0)} rows/s read`,
        `memory of the process: ${memory.join(', ')}; peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* blocks(note: (doing: string, rows: number) => void): AsyncGenerator<Int16Array> {
  const pattern = patternOf();
  for (let from = 0; from < ROWS; from += ROWS_PER_BLOCK) {
    const block = new Int16Array(Math.min(ROWS_PER_BLOCK, ROWS - from) * VOXELS);
    for (let at = 0; at < block.length; at += VOXELS)
      fillRow(block.subarray(at, at + VOXELS), from + at / VOXELS, pattern);
    yield block;
    note('written', from + ROWS_PER_BLOCK);
  }
}

async function compareAll(file: string, note: (doing: string, rows: number) => void): Promise<void> {
  const pattern = patternOf();
  const expected = new Int16Array(VOXELS);
  const patches = await openPatchFile(file);
  try {
    if ('because' in patches.input) throw new Error(`Expected an index: ${patches.input.because}`);
    for (let row = 0; row < ROWS; row++) {
      fillRow(expected, row, pattern);
      const bytes = await patches.readRowBytes(row);
      if (Buffer.compare(bytes, new Uint8Array(expected.buffer)) !== 0)
        throw new Error(`Row ${row} is not what was written`);
      note('read', row + 1);
    }
  } finally {
    patches.close();
  }
}

/** Every row differs: it begins elsewhere in the pattern, and holds its number. */
function fillRow(row: Int16Array, number: number, pattern: Int16Array): void {
  const start = (number * 97) % VOXELS;
  row.set(pattern.subarray(start, start + VOXELS));
  row[0] = number & 0x7fff;
  row[1] = number >> 15;
}

function patternOf(): Int16Array {
  return Int16Array.from({ length: 2 * VOXELS }, (_, i) => ((i * 7919) % 4001) - 1000);
}

async function secondsOf(run: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

function requireDisk(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = 1.1 * ROWS * ROW_BYTES;
  if (bavail * bsize < needed)
    throw new EnvironmentError(
      `${folder}: expected ${(needed / 1e9).toFixed(0)} GB of free disk for ${ROWS} patches, found ${((bavail * bsize) / 1e9).toFixed(0)} GB; free some`,
    );
}
