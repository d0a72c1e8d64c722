import { open } from 'node:fs/promises';
import { throwIfAborted } from '../errors.js';
import { measureNormalisation } from '../store/intensity.js';
import type { PatchColumns, PatchProvenance } from '../store/patchFileContract.js';
import { writePatchFile } from '../store/writePatchFile.js';
import { VERSION } from '../version.js';
import type { CropOptions, OutsideCandidate } from './crop.js';
import type { CropJob } from './cropJob.js';
import type { CutScan } from './cutScan.js';
import type { CutScans, StagedJob } from './cutScans.js';
import { bytesPerRow } from './planScan.js';
import type { Staging } from './staging.js';

/** Rows are copied in blocks of about this size. */
const BLOCK_BYTES = 2 ** 22;

/** Writes the patch file of a job from its staged rows; returns its columns. */
export async function writeCut(
  { job, staging }: StagedJob,
  { cut, failed }: CutScans,
  outside: readonly OutsideCandidate[],
  options: CropOptions,
): Promise<PatchColumns> {
  const columns = columnsOf(cut);
  const { normalise } = job;
  const rows = (stage: string) => stagedRows(job, staging, cut, stage, options);
  const normalisation =
    normalise === undefined
      ? {}
      : { normalisation: await measureNormalisation(normalise, () => rows('measure')) };
  options.onProgress?.({ stage: 'write', done: 0, total: columns.classes.length, unit: 'rows' });
  await writePatchFile(
    job.file,
    { ...job.format, ...normalisation },
    provenanceOf(job, { cut, failed }, outside, options),
    columns,
    rows('write'),
  );
  return columns;
}

/** The staged rows in order, a few at a time. */
async function* stagedRows(
  job: CropJob,
  staging: Staging,
  cut: readonly CutScan[],
  stage: string,
  { signal, onProgress }: CropOptions,
): AsyncGenerator<Int16Array> {
  const total = cut.reduce((sum, scan) => sum + scan.rows.length, 0);
  const rowBytes = bytesPerRow(job.format);
  const rowsPerBlock = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
  // One is filled while the other is written.
  let [block, other] = [0, 1].map(() => new Int16Array((rowsPerBlock * rowBytes) / 2)) as [
    Int16Array,
    Int16Array,
  ];
  let done = 0;
  for (const scan of cut.filter(({ rows }) => rows.length > 0)) {
    const file = await open(staging.rowsFile(scan.uid), 'r');
    try {
      for (let row = 0; row < scan.rows.length; row += rowsPerBlock) {
        throwIfAborted(signal, 'writing the patch file; the same command goes on from the cut scans');
        const count = Math.min(rowsPerBlock, scan.rows.length - row);
        await file.read(new Uint8Array(block.buffer), 0, count * rowBytes, row * rowBytes);
        yield block.subarray(0, (count * rowBytes) / 2);
        [block, other] = [other, block];
        done += count;
        onProgress?.({ stage, done, total, unit: 'rows' });
      }
    } finally {
      await file.close();
    }
  }
}

function columnsOf(cut: readonly CutScan[]): PatchColumns {
  const rows = cut.flatMap((scan) => scan.rows.map((row) => ({ ...row, scan })));
  return {
    classes: rows.map((row) => row.class),
    notrain: rows.map(({ notrainReason }) => (notrainReason === 0 ? 0 : 1)),
    notrainReason: rows.map(({ notrainReason }) => notrainReason),
    centerWorldMm: rows.map(({ centerWorldMm }) => centerWorldMm),
    seriesUid: rows.map(({ scan }) => scan.uid),
    subsets: rows.map(({ scan }) => scan.subset),
  };
}

function provenanceOf(
  job: CropJob,
  { cut, failed }: CutScans,
  outside: readonly OutsideCandidate[],
  { scansFolder }: CropOptions,
): PatchProvenance {
  const outsideLines: Record<string, number[]> = {};
  for (const { uid, line } of outside) outsideLines[uid] = [...(outsideLines[uid] ?? []), line];
  return {
    program: `voxlab ${VERSION}`,
    settings: job.settings,
    scans: Object.fromEntries(cut.map(({ uid, sha256 }) => [uid, sha256])),
    ...(failed.length === 0
      ? {}
      : {
          // Where the scans lie does not change the file.
          failedScans: Object.fromEntries(
            failed.map(({ uid, reason }) => [uid, reason.replaceAll(`${scansFolder}/`, '')]),
          ),
        }),
    ...(outside.length === 0 ? {} : { outside: outsideLines }),
  };
}
