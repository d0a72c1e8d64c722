import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { EnvironmentError, throwIfAborted } from '../errors.js';
import { given } from '../given.js';
import { voxelsPerPatch } from '../store/patchFileContract.js';
import { placeOf } from '../store/rowFile.js';
import type { CropJob, ScanWork } from './cropJob.js';
import type { CropOptions } from './cropOptions.js';
import type { CutScan } from './cutScan.js';
import type { RowsFile } from './rowsFile.js';
import type { Staging } from './staging.js';

/** A job with the folder and the file that receive its rows. */
export interface StagedJob {
  readonly job: CropJob;
  readonly staging: Staging;
  readonly rows: RowsFile;
}

/** Rows are read in blocks of about this size. */
const BLOCK_BYTES = 2 ** 22;

/**
 * The first row of each scan by its uid, if every candidate gets a row: known without the scans. A candidate that lies
 * outside leaves the last row of its scan empty.
 */
export function firstRowsOf(work: readonly ScanWork[]): ReadonlyMap<string, number> {
  let row = 0;
  return new Map(
    work.map(({ scan, candidates }) => {
      const first = row;
      row += candidates.length;
      return [scan.uid, first];
    }),
  );
}

/** Rows of a job if every candidate gets one. */
export function mostRowsOf({ work }: CropJob): number {
  return work.reduce((sum, { candidates }) => sum + candidates.length, 0);
}

type Watched = Pick<CropOptions, 'signal' | 'onProgress'>;

/** The voxels of the scans' rows in order, a few at a time: a block is free again when the one after the next is asked for. */
export async function* stagedRows(
  staged: StagedJob,
  cut: readonly CutScan[],
  stage: string,
  options: Watched,
): AsyncGenerator<Int16Array> {
  for await (const bytes of rowBlocks(staged, 'input', cut, stage, options))
    yield new Int16Array(bytes.buffer, 0, bytes.length / 2);
}

/** Their masks, if wanted. */
export function stagedMasks(
  staged: StagedJob,
  cut: readonly CutScan[],
  stage: string,
  options: Watched,
): AsyncGenerator<Uint8Array> {
  return rowBlocks(staged, 'mask', cut, stage, options);
}

/** CRC-32 of a scan's rows and masks as they lie there now: a power cut may have lost some of them. */
export async function stagedChecksum(
  staged: StagedJob,
  scan: CutScan,
  signal: AbortSignal | undefined,
): Promise<number> {
  const options = given({ signal });
  let checksum = 0;
  for await (const bytes of rowBlocks(staged, 'input', [scan], '', options))
    checksum = crc32(bytes, checksum);
  if (!staged.job.lungMask) return checksum;
  for await (const bytes of rowBlocks(staged, 'mask', [scan], '', options)) checksum = crc32(bytes, checksum);
  return checksum;
}

/** In two blocks by turns: one is read into while the other is used. */
async function* rowBlocks(
  { job, staging }: StagedJob,
  dataset: 'input' | 'mask',
  cut: readonly CutScan[],
  stage: string,
  { signal, onProgress }: Watched,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const scans = cut.filter(({ rows }) => rows.length > 0);
  if (scans.length === 0) return;
  const total = scans.reduce((sum, scan) => sum + scan.rows.length, 0);
  const rowBytes = voxelsPerPatch(job.format) * (dataset === 'input' ? 2 : 1);
  const rowsPerBlock = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
  let [block, other] = [new Uint8Array(rowsPerBlock * rowBytes), new Uint8Array(rowsPerBlock * rowBytes)];
  const firstRows = firstRowsOf(job.work);
  const place = placeOf(staging.rowsFile, dataset);
  const file = await open(staging.rowsFile, 'r');
  let done = 0;
  try {
    for (const { uid, rows } of scans)
      for (let row = 0; row < rows.length; row += rowsPerBlock) {
        throwIfAborted(signal, 'reading the cut rows; the same command goes on from them');
        const count = Math.min(rowsPerBlock, rows.length - row);
        const { bytesRead } = await file.read(
          block,
          0,
          count * rowBytes,
          place + (firstRows.get(uid)! + row) * rowBytes,
        );
        if (bytesRead < count * rowBytes)
          throw new EnvironmentError(
            `${staging.rowsFile}: expected ${count} rows of ${uid}, found the file cut short; start the same command again`,
          );
        yield block.subarray(0, count * rowBytes);
        [block, other] = [other, block];
        done += count;
        onProgress?.({ stage, done, total, unit: 'rows' });
      }
  } finally {
    await file.close();
  }
}
