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
import { bytesPerRow, voxelsPerPatch } from './planScan.js';

/** Rows are copied in blocks of about this size. */
const BLOCK_BYTES = 2 ** 22;

/** Writes the patch file of a job from its staged rows; returns its columns. */
export async function writeCut(
  staged: StagedJob,
  { cut, failed }: CutScans,
  outside: readonly OutsideCandidate[],
  options: CropOptions,
): Promise<PatchColumns> {
  const { job } = staged;
  const columns = columnsOf(cut, job.lungMask);
  const { normalise } = job;
  const rows = (stage: string) => stagedRows(staged, cut, stage, options);
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
    ...(job.lungMask ? [stagedMasks(staged, cut, options)] : []),
  );
  return columns;
}

/** The staged rows in order, a few at a time. */
function stagedRows(
  { job, staging }: StagedJob,
  cut: readonly CutScan[],
  stage: string,
  options: CropOptions,
): AsyncGenerator<Int16Array> {
  const voxels = voxelsPerPatch(job.format);
  const blocks = twoBlocks(voxels, bytesPerRow(job.format), (length) => new Int16Array(length));
  return rowBlocks(cut, (uid) => staging.rowsFile(uid), voxels, blocks, stage, options);
}

/** Their masks, if wanted. */
function stagedMasks(
  { job, staging }: StagedJob,
  cut: readonly CutScan[],
  options: CropOptions,
): AsyncGenerator<Uint8Array> {
  const voxels = voxelsPerPatch(job.format);
  const blocks = twoBlocks(voxels, voxels, (length) => new Uint8Array(length));
  return rowBlocks(cut, (uid) => staging.masksFile(uid), voxels, blocks, 'write masks', options);
}

/** One is filled while the other is written. */
function twoBlocks<Block>(
  voxels: number,
  rowBytes: number,
  make: (length: number) => Block,
): readonly [Block, Block] {
  const length = voxels * Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
  return [make(length), make(length)];
}

async function* rowBlocks<Block extends Int16Array | Uint8Array>(
  cut: readonly CutScan[],
  fileOf: (uid: string) => string,
  voxels: number,
  [first, second]: readonly [Block, Block],
  stage: string,
  { signal, onProgress }: CropOptions,
): AsyncGenerator<Block> {
  const total = cut.reduce((sum, scan) => sum + scan.rows.length, 0);
  const rowBytes = voxels * first.BYTES_PER_ELEMENT;
  const rowsPerBlock = first.length / voxels;
  let [block, other] = [first, second];
  let done = 0;
  for (const scan of cut.filter(({ rows }) => rows.length > 0)) {
    const file = await open(fileOf(scan.uid), 'r');
    try {
      for (let row = 0; row < scan.rows.length; row += rowsPerBlock) {
        throwIfAborted(signal, 'writing the patch file; the same command goes on from the cut scans');
        const count = Math.min(rowsPerBlock, scan.rows.length - row);
        await file.read(new Uint8Array(block.buffer), 0, count * rowBytes, row * rowBytes);
        yield block.subarray(0, count * voxels) as Block;
        [block, other] = [other, block];
        done += count;
        onProgress?.({ stage, done, total, unit: 'rows' });
      }
    } finally {
      await file.close();
    }
  }
}

function columnsOf(cut: readonly CutScan[], lungMask: boolean): PatchColumns {
  const rows = cut.flatMap((scan) => scan.rows.map((row) => ({ ...row, scan })));
  return {
    classes: rows.map((row) => row.class),
    notrain: rows.map(({ notrainReason }) => (notrainReason === 0 ? 0 : 1)),
    notrainReason: rows.map(({ notrainReason }) => notrainReason),
    centerWorldMm: rows.map(({ centerWorldMm }) => centerWorldMm),
    seriesUid: rows.map(({ scan }) => scan.uid),
    subsets: rows.map(({ scan }) => scan.subset),
    ...(lungMask ? { inLung: rows.map(({ inLung }) => inLung ?? 0) } : {}),
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
