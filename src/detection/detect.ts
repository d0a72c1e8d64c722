import { availableParallelism } from 'node:os';
import { InputError } from '../errors.js';
import { given } from '../given.js';
import type { Progress } from '../progress.js';
import { runOnThreads } from '../threadPool.js';
import { voxelToWorld } from '../volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { type BlobTask, BRIGHT_HU, halfSize } from './findBlobs.js';
import { scoreOf, traitsOf } from './likeness.js';
import { type LungInterior, lungInterior } from './lungInterior.js';
import { type Blob, RADII_PER_SIGMA } from './octave.js';
import { type Rim, rimOf } from './rim.js';
import { type JudgedBlob, separateBlobs } from './separateBlobs.js';

/** How detect() searches. */
export interface DetectOptions {
  /** Marks at most. */
  readonly most?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** How detected() searches. */
export interface DetectedOptions extends DetectOptions {
  /** Hears what detect() yields. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A place that looks like a nodule. */
export interface DetectedMark {
  readonly centerWorldMm: Vector3;
  readonly diameterMm: number;
  /** The higher, the more like a nodule: rounder, larger, brighter; logarithm of odds, but of the sample's, not of a patient's. */
  readonly score: number;
}

/** Of LUNA16's candidates a scan has 850 (V2). */
const MOST_MARKS = 850;

/** Smallest answer of a blob: a ground-glass nodule has 60 HU or more. */
export const THRESHOLD_HU = 20;

/** Octaves behind the first: sigma up to 14 mm, balls of 50 mm. */
const OCTAVES = 3;

/** What was found in a scan. */
export interface Detection {
  /** Best first. */
  readonly marks: readonly DetectedMark[];
  /** Volume of the closed lungs, with what lies in them; 0 where no lung is found. */
  readonly lungLitres: number;
}

/**
 * Candidates for nodules in a chest CT (HU), by shape alone: bright balls of 3 to 50 mm in the lungs, on a grid of 1 mm. The same
 * for any number of threads. Throws InterruptedError, EnvironmentError (a thread that ends).
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const search = detect(await readVolume(scan), { most: 150 });
 * let step = await search.next();
 * for (; !step.done; step = await search.next()) console.log(step.value.note ?? step.value.stage);
 * console.log(`${step.value.marks.length} places look like nodules`);
 */
export async function* detect(
  volume: Volume,
  options: DetectOptions = {},
): AsyncGenerator<Progress, Detection> {
  const { most = MOST_MARKS, threads = availableParallelism(), signal } = options;
  yield { stage: 'detect', done: 0, total: 3, unit: 'steps', note: 'lungs' };
  const interior = lungInterior(volume);
  if (interior === undefined) return { marks: [], lungLitres: 0 };
  yield { stage: 'detect', done: 1, total: 3, unit: 'steps', note: 'blobs' };
  const blobs = await blobsOf(interior, threads, signal);
  yield { stage: 'detect', done: 2, total: 3, unit: 'steps', note: 'marks' };
  const marks = separateBlobs(judged(interior, blobs), most);
  yield { stage: 'detect', done: 3, total: 3, unit: 'steps' };
  const { grid, firstVoxel } = interior;
  return {
    lungLitres: interior.mask.reduce((sum, voxel) => sum + voxel, 0) / 1e6,
    marks: marks.map(({ x, y, z, diameterMm, score }) => ({
      centerWorldMm: voxelToWorld(grid, [x + firstVoxel[0], y + firstVoxel[1], z + firstVoxel[2]]),
      diameterMm,
      score,
    })),
  };
}

/**
 * As detect(), the end of it alone.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const { marks, lungLitres } = await detected(await readVolume(scan), { most: 50 });
 * console.log(`${marks.length} places in ${lungLitres.toFixed(1)} litres of lung`, marks[0]);
 */
export async function detected(volume: Volume, options: DetectedOptions = {}): Promise<Detection> {
  const steps = detect(volume, options);
  let step = await steps.next();
  for (; step.done !== true; step = await steps.next()) options.onProgress?.(step.value);
  return step.value;
}

/** As detected(). Throws InputError (naming `file`) where no lungs are found. */
export async function detectedIn(
  volume: Volume,
  file: string,
  options: DetectedOptions = {},
): Promise<Detection> {
  const detection = await detected(volume, options);
  if (detection.lungLitres === 0) throw noLungs(file);
  return detection;
}

/** What is said of a scan without lungs. */
export function noLungs(file: string): InputError {
  return new InputError(file, 'no lungs were found: expected a CT of the chest in Hounsfield units');
}

function judged(interior: LungInterior, blobs: readonly Blob[]): JudgedBlob[] {
  return blobs.flatMap((blob) => {
    if (!isInLung(interior, blob)) return [];
    const rim = rimOf(interior, blob);
    const traits = traitsOf(blob, rim);
    if (traits === undefined) return [];
    const { x, y, z } = blob;
    return [{ x, y, z, diameterMm: diameterOf(blob, rim, interior), score: scoreOf(traits) }];
  });
}

/** An edge of a scan at 1 mm is about so wide. */
const EDGE_MM = 1.4;

/** Where the edge of a bright ball was cut off at BRIGHT_HU, its half lies farther outside. */
function diameterOf({ sigma }: Blob, { contrastHu }: Rim, { lungHu }: LungInterior): number {
  const cutOff = Math.max(0, 1 - (BRIGHT_HU - lungHu) / contrastHu);
  return 2 * RADII_PER_SIGMA * sigma - EDGE_MM * cutOff;
}

/** Blobs of the box around the lungs, also of what lies beside the lungs in it; in any order. */
export async function blobsOf(
  interior: LungInterior,
  threads: number,
  signal?: AbortSignal,
): Promise<Blob[]> {
  const { size, dataHu, lungHu } = interior;
  const [width, height, depth] = halfSize(size);
  const half = new Float32Array(new SharedArrayBuffer(4 * width * height * depth));
  const whole: BlobTask = {
    size,
    half,
    outsideHu: lungHu,
    thresholdHu: THRESHOLD_HU,
    octaves: OCTAVES,
    firstSlice: 0,
    endSlice: size[2],
  };
  const parts = Math.max(1, Math.min(threads, Math.floor(size[2] / 16)));
  const edge = (part: number): number => Math.round((part * size[2]) / parts);
  const tasks = Array.from({ length: parts }, (_, part) => ({
    ...whole,
    dataHu,
    firstSlice: edge(part),
    endSlice: edge(part + 1),
  }));
  const blobs: Blob[][] = [];
  const run = (some: readonly BlobTask[]): Promise<void> =>
    runOnThreads<BlobTask, Blob[]>({
      program: new URL('./blobWorker.js', import.meta.url),
      tasks: some,
      threads,
      onResult: (found) => blobs.push(found),
      nameOf: ({ firstSlice, endSlice }) => `slices ${firstSlice} to ${endSlice}`,
      doing: 'looking for blobs',
      ...given({ signal }),
    });
  await run(tasks);
  await run([whole]);
  return blobs.flat();
}

export function isInLung({ mask, size: [width, height, depth] }: LungInterior, { x, y, z }: Blob): boolean {
  const [i, j, k] = [Math.round(x), Math.round(y), Math.round(z)];
  return (
    i >= 0 &&
    j >= 0 &&
    k >= 0 &&
    i < width &&
    j < height &&
    k < depth &&
    mask[(k * height + j) * width + i] === 1
  );
}
