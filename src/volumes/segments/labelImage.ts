import { InputError } from '../../errors.js';
import { eachAxis, voxelToWorld } from '../voxels/geometry.js';
import type { Volume, VoxelArray } from '../voxels/volume.js';
import type { SegmentMask } from './segmentMask.js';

/** An image with more values is a scan, not one of labels. */
const MOST_LABELS = 1000;

interface Box {
  readonly low: [number, number, number];
  readonly high: [number, number, number];
}

/**
 * The labels of an image whose voxels say to which of them they belong, 0 = none, in ascending order.
 * Throws InputError naming `file` for values below 0, with a fraction, or of too many kinds.
 */
export function* labelsOf(volume: Volume, file: string): Generator<SegmentMask> {
  const boxes = boxesOf(volume, file);
  for (const label of [...boxes.keys()].sort((a, b) => a - b)) yield maskOf(volume, label, boxes.get(label)!);
}

/** Around each label's voxels, both ends inside. */
function boxesOf({ data, size }: Volume, file: string): ReadonlyMap<number, Box> {
  const boxes = new Map<number, Box>();
  const [width, height] = size;
  for (let at = 0; at < data.length; at++) {
    const value = data[at]!;
    if (value === 0) continue;
    let box = boxes.get(value);
    const index = [at % width, Math.floor(at / width) % height, Math.floor(at / (width * height))];
    if (box === undefined) {
      requireLabel(value, boxes.size, file);
      box = { low: [...index] as Box['low'], high: [...index] as Box['high'] };
      boxes.set(value, box);
    }
    for (const axis of [0, 1, 2] as const) {
      if (index[axis]! < box.low[axis]) box.low[axis] = index[axis]!;
      if (index[axis]! > box.high[axis]) box.high[axis] = index[axis]!;
    }
  }
  return boxes;
}

function requireLabel(value: number, known: number, file: string): void {
  const isLabel = value > 0 && Number.isInteger(value);
  if (isLabel && known < MOST_LABELS) return;
  throw new InputError(
    file,
    `expected a label image (whole numbers from 0, at most ${MOST_LABELS} of them), received ${isLabel ? 'more' : `a voxel of ${value}`}; give the segmentation, not the scan`,
  );
}

function maskOf(volume: Volume, label: number, { low, high }: Box): SegmentMask {
  const { data, size, spacingMm, direction } = volume;
  const maskSize = eachAxis((axis) => high[axis] - low[axis] + 1);
  const [width, height, depth] = maskSize;
  const mask = new Uint8Array(width * height * depth);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      markRow(
        mask,
        (z * height + y) * width,
        width,
        data,
        low[0] + size[0] * (low[1] + y + size[1] * (low[2] + z)),
        label,
      );
  const geometry = {
    size: maskSize,
    spacingMm,
    originMm: voxelToWorld(volume, low),
    direction,
  };
  return { label, name: '', geometry, mask };
}

function markRow(
  mask: Uint8Array,
  to: number,
  width: number,
  data: VoxelArray,
  from: number,
  label: number,
): void {
  for (let x = 0; x < width; x++) if (data[from + x] === label) mask[to + x] = 1;
}
