import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Candidate, VoxelCandidate } from '../candidates/candidate.js';
import { type InsideCounts, insideCounts } from '../candidates/coordinateHint.js';
import type { ExcludedFinding } from '../candidates/excludedFindings.js';
import { inWorld } from '../candidates/inWorld.js';
import type { Coordinates } from '../candidates/tableFormat.js';
import { InputError, messageOf } from '../errors.js';
import { given } from '../given.js';
import { lungMask } from '../lungs/lungMask.js';
import { cannotWrite } from '../paths.js';
import { type PatchFormat, voxelsPerPatch } from '../store/patchFileContract.js';
import { placeOf } from '../store/rowFile.js';
import type { Resampling } from '../volumes/dicom/dicomGrid.js';
import type { ScanFile } from '../volumes/findScans.js';
import { type HashedVolume, type ReadingChoices, readHashedVolume } from '../volumes/readVolume.js';
import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';
import { cubicCutter } from './cubicCutter.js';
import { linearCutter } from './linearCutter.js';
import { type MaskCutter, maskAt, maskCutter } from './maskCutter.js';
import type { PatchCutter } from './patchCutter.js';
import { patchGrid } from './patchGrid.js';
import { patchSizeOf, planScan } from './planScan.js';
import { type SplineCoefficients, splineCoefficients } from './splineCoefficients.js';

/** One scan to cut: plain data, so that it can go to a thread. */
export interface CutTask {
  readonly scan: ScanFile;
  /** Of this scan, in the order of the table. */
  readonly candidates: readonly (Candidate | VoxelCandidate)[];
  readonly coordinates: Coordinates;
  readonly reading: ReadingChoices;
  readonly excluded: readonly ExcludedFinding[];
  /** Find the lungs, too: rows of masks, and for each candidate whether it lies in them. */
  readonly lungMask: boolean;
  readonly parts: readonly CutPart[];
}

/** Patches of one format. */
export interface CutPart {
  readonly format: PatchFormat;
  /** A patch file without its rows yet, which receives them, and with `lungMask` their masks. */
  readonly rowsFile: string;
  /** The row of the scan's first patch. */
  readonly firstRow: number;
}

/** What became of one row, beside its voxels. */
export interface CutRow {
  readonly line: number;
  readonly class: 0 | 1;
  readonly notrainReason: number;
  readonly centerWorldMm: Vector3;
  /** Whether the centre lies in the lung mask, where there is one. */
  readonly inLung?: 0 | 1;
}

export interface CutScan {
  readonly uid: string;
  readonly subset: number;
  /** Of the scan's file; for a MetaImage with separate voxels, of header and voxels in this order. */
  readonly sha256: string;
  /** What was done to its slices, where they made no straight, even grid. */
  readonly resampling?: Resampling;
  readonly rows: readonly CutRow[];
  /** CRC-32 of its rows, then of its masks, as they were written. */
  readonly checksum: number;
  /** Lines of candidates whose centre lies outside the scan. */
  readonly outsideLines: readonly number[];
  /** Where some lie outside: how many would lie inside if the table's numbers meant something else. */
  readonly inside?: InsideCounts;
}

/** Series uid -> what was done to its slices; nothing where no scan was resampled. */
export function resampledOf(cut: readonly CutScan[]): { resampled?: Record<string, Resampling> } {
  const done = cut.flatMap(({ uid, resampling }) => (resampling === undefined ? [] : [[uid, resampling]]));
  return done.length === 0 ? {} : { resampled: Object.fromEntries(done) };
}

/** A scan that could not be read, and why. */
export interface FailedScan {
  readonly uid: string;
  readonly reason: string;
}

/** Rows held in memory before they are written: few, so that they are written out of the processor's cache. */
const ROWS_PER_WRITE = 16;

/**
 * Reads a scan and cuts its patches, an answer for each part. A scan that cannot be read is an answer, not an error.
 * `memory` gives the memory for the scan's voxels, free again when this function is done.
 */
export async function cutScan(
  task: CutTask,
  memory?: (bytes: number, path: string) => ArrayBuffer,
): Promise<readonly CutScan[] | FailedScan> {
  const { scan } = task;
  let read: HashedVolume;
  try {
    read = await readHashedVolume(scan, task.reading, memory);
    requireFinite(read.volume, scan.path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { uid: scan.uid, reason: messageOf(error) };
  }
  const cut: CutScan[] = [];
  const mask = task.lungMask ? lungMask(read.volume) : undefined;
  const cutterFor = cuttersOf(read.volume);
  for (const part of task.parts) cut.push(cutPart(task, part, read, cutterFor, mask));
  return cut;
}

function cutPart(
  { scan, candidates, coordinates, excluded }: CutTask,
  part: CutPart,
  { volume, sha256, resampling }: HashedVolume,
  cutterFor: ReturnType<typeof cuttersOf>,
  mask: Uint8Array | undefined,
): CutScan {
  const { format } = part;
  const { patches, outside } = planScan(volume, inWorld(candidates, volume), excluded, format);
  let checksum = 0;
  if (patches.length > 0) {
    const block = new Int16Array(ROWS_PER_WRITE * voxelsPerPatch(format));
    checksum = writeRows(part, 'input', cutterFor(format), patches, block, checksum);
    if (mask !== undefined) {
      const masks = new Uint8Array(block.length);
      checksum = writeRows(part, 'mask', maskCutterOf(mask, volume, format), patches, masks, checksum);
    }
  }
  return {
    uid: scan.uid,
    subset: scan.subset,
    sha256,
    ...given({ resampling }),
    rows: patches.map(({ candidate, notrainReason }) => ({
      line: candidate.line,
      class: candidate.class,
      notrainReason,
      centerWorldMm: candidate.centerWorldMm,
      ...(mask === undefined ? {} : { inLung: maskAt(mask, volume, candidate.centerWorldMm) }),
    })),
    checksum,
    outsideLines: outside.map(({ line }) => line),
    ...(outside.length > 0 ? { inside: insideCounts(volume, candidates, coordinates) } : {}),
  };
}

/**
 * Cuts patches of `format` out of a scan.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const format = { dim: 32, slices: 32, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
 * const cut = cutterOf(await readVolume(scan), format);
 * const patchHu = new Int16Array(32 ** 3);
 * cut([40, 50, 60], patchHu, 0); // its lowest voxel on the grid of 1 mm
 */
export function cutterOf(volume: Volume, format: PatchFormat, patchSize?: Vector3): PatchCutter {
  return cuttersOf(volume)(format, patchSize);
}

/** As cutterOf(), for several formats: what cubic interpolation needs of the whole scan is computed once. */
export function cuttersOf(volume: Volume): (format: PatchFormat, patchSize?: Vector3) => PatchCutter {
  let coefficients: SplineCoefficients | undefined;
  return (format, patchSize = patchSizeOf(format)) => {
    const grid = patchGrid(volume, format.spacingMm);
    if (format.interpolation === 'linear') return linearCutter(volume, grid, patchSize);
    coefficients ??= splineCoefficients(volume);
    return cubicCutter(volume, grid, patchSize, coefficients);
  };
}

/** As cutterOf(), out of a mask of the scan. */
export function maskCutterOf(mask: Uint8Array, scan: Geometry, format: PatchFormat): MaskCutter {
  return maskCutter(mask, scan, patchGrid(scan, format.spacingMm), patchSizeOf(format));
}

/** Rows by value, keys ascending. */
export function countsOf(values: ArrayLike<number>): Record<string, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a - b));
}

/** Cuts as many rows at a time as `block` holds; returns the checksum gone on with. */
function writeRows<Block extends Int16Array | Uint8Array>(
  { format, rowsFile, firstRow }: CutPart,
  dataset: 'input' | 'mask',
  cut: (firstVoxel: Vector3, into: Block, at: number) => void,
  patches: readonly { readonly firstVoxel: Vector3 }[],
  block: Block,
  checksumBefore: number,
): number {
  const voxels = voxelsPerPatch(format);
  const rowBytes = voxels * block.BYTES_PER_ELEMENT;
  let checksum = checksumBefore;
  try {
    const place = placeOf(rowsFile, dataset) + firstRow * rowBytes;
    const file = openSync(rowsFile, 'r+');
    try {
      for (let from = 0; from < patches.length; from += ROWS_PER_WRITE) {
        const part = patches.slice(from, from + ROWS_PER_WRITE);
        for (const [index, { firstVoxel }] of part.entries()) cut(firstVoxel, block, index * voxels);
        const bytes = new Uint8Array(block.buffer, 0, part.length * rowBytes);
        writeAt(file, bytes, place + from * rowBytes);
        checksum = crc32(bytes, checksum);
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw cannotWrite(rowsFile, error);
  }
  return checksum;
}

/** A disk that is nearly full takes a part. */
function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
}

/** Interpolation would spread a voxel that is no number over its neighbours. */
function requireFinite({ data, size }: Volume, path: string): void {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return;
  const at = (data as Float32Array).findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const voxel = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))];
  throw new InputError(
    path,
    `expected finite voxels, received ${data[at]} at voxel ${voxel.join(', ')} (x, y, z)`,
  );
}

/** What became of a job's scans, in the order of its work. */
export interface CutScans {
  readonly cut: readonly CutScan[];
  readonly failed: readonly FailedScan[];
}
