import type { FloatBox } from './gaussianBlur.js';
import { type Blob, haloOf, octaveBlobs } from './octave.js';

/** Plain data for a thread; the arrays are shared. */
export interface BlobTask {
  /** HU of the box around the lungs, for the first octave; later ones begin with the octave before. */
  readonly dataHu?: Int16Array;
  readonly size: readonly [x: number, y: number, z: number];
  /** Receives (or holds, for later octaves) every second voxel of the volume at twice the first sigma. */
  readonly half: Float32Array;
  readonly firstSlice: number;
  readonly endSlice: number;
  readonly outsideHu: number;
  readonly thresholdHu: number;
  /** Octaves behind the first one. */
  readonly octaves: number;
}

/** Voxels of every second place. */
export function halfSize(size: readonly [number, number, number]): [number, number, number] {
  return [(size[0] + 1) >> 1, (size[1] + 1) >> 1, (size[2] + 1) >> 1];
}

/** The first octave of a part of the slices, or all later octaves of the whole. */
export function findBlobs(task: BlobTask): Blob[] {
  return task.dataHu === undefined ? coarseBlobs(task) : fineBlobs(task, task.dataHu);
}

function fineBlobs(task: BlobTask, dataHu: Int16Array): Blob[] {
  const { size, firstSlice, endSlice, half } = task;
  const plane = size[0] * size[1];
  const halo = haloOf();
  const [from, to] = [Math.max(0, firstSlice - halo), Math.min(size[2], endSlice + halo)];
  const box = {
    data: clamped(dataHu.subarray(from * plane, to * plane)),
    size: [size[0], size[1], to - from] as const,
  };
  const options = {
    ...optionsOf(task),
    firstSlice: firstSlice - from,
    endSlice: endSlice - from,
    slicesBefore: from,
    isFirst: true,
  };
  return octaveBlobs(box, options, (blurred) =>
    takeHalf(blurred, from, firstSlice, endSlice, half, halfSize(size)),
  );
}

/**
 * Brighter than this is as good as this: beside a vessel, which is brighter still, ground glass stands back no more. With 300
 * HU 0.866 of the sample's nodules are among 150 marks, with -300 0.882 (before the rim was looked at).
 */
export const BRIGHT_HU = -300;

function clamped(dataHu: Int16Array): Float32Array {
  const data = new Float32Array(dataHu.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(BRIGHT_HU, dataHu[i]!);
  return data;
}

/** Voxels of the second octave around the lungs: two of the fourth one's, so that no octave has a nodule at its border. */
const AROUND = 8;

function coarseBlobs(task: BlobTask): Blob[] {
  const all: Blob[] = [];
  let { data, size } = padded({ data: task.half, size: halfSize(task.size) }, AROUND, task.outsideHu);
  for (let octave = 1, step = 2; octave <= task.octaves; octave++, step *= 2) {
    const next = halfSize(size);
    const into = new Float32Array(next[0] * next[1] * next[2]);
    const options = { ...optionsOf(task), firstSlice: 0, endSlice: size[2], slicesBefore: 0, isFirst: false };
    const blobs = octaveBlobs({ data, size }, options, (blurred) =>
      takeHalf(blurred, 0, 0, blurred.size[2], into, next),
    );
    for (const { x, y, z, sigma, ...blob } of blobs)
      all.push({
        ...blob,
        ...{ x: x * step - 2 * AROUND, y: y * step - 2 * AROUND, z: z * step - 2 * AROUND },
        sigma: sigma * step,
      });
    [data, size] = [into, next];
  }
  return all;
}

/** So many voxels more on every side: of `outside`, above and below of the last slice (see lungInterior()). */
function padded({ data, size: [width, height, depth] }: FloatBox, around: number, outside: number): FloatBox {
  const size = [width + 2 * around, height + 2 * around, depth + 2 * around] as const;
  const into = new Float32Array(size[0] * size[1] * size[2]).fill(outside);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const row = (z * height + y) * width;
      into.set(data.subarray(row, row + width), ((z + around) * size[1] + y + around) * size[0] + around);
    }
  return { data: into, size };
}

function optionsOf({ outsideHu, thresholdHu }: BlobTask): { outside: number; threshold: number } {
  return { outside: outsideHu, threshold: thresholdHu };
}

/** Every second voxel of slices [first, end) of the volume; `box` begins with its slice `from`. */
function takeHalf(
  { data, size: [width, height] }: FloatBox,
  from: number,
  first: number,
  end: number,
  into: Float32Array,
  [halfWidth, halfHeight]: readonly [number, number, number],
): void {
  for (let z = first + (first & 1); z < end; z += 2)
    for (let y = 0; y < height; y += 2) {
      const row = ((z - from) * height + y) * width;
      const at = ((z >> 1) * halfHeight + (y >> 1)) * halfWidth;
      for (let x = 0; x < width; x += 2) into[at + (x >> 1)] = data[row + x]!;
    }
}
