import { AIR_HU } from '../voxels/storedHu.js';
import type { SliceGrid } from './dicomGrid.js';
import type { SliceVoxels } from './dicomVoxels.js';

/** Weights below this are those of a plane that lies on a slice. */
const ROUNDING = 1e-6;

/**
 * The voxels of `grid`: linear between the two slices around each of its planes, bilinear within a slice; air where one of
 * them does not reach. `read` gives the voxels of slice i, `columns` x `rows`; each is asked for once, in order.
 */
export async function resampleSlices(
  { geometry, places }: SliceGrid,
  columns: number,
  rows: number,
  read: (index: number) => Promise<SliceVoxels>,
): Promise<Float32Array> {
  const [width, height, planes] = geometry.size;
  const voxels = width * height;
  const data = new Float32Array(voxels * planes);
  const straight = async (index: number): Promise<Float64Array> =>
    withinPlane(await read(index), columns, rows, places[index]!.besideVoxels, width, height);
  let at = 0;
  let below = await straight(0);
  let above = await straight(1);
  for (let plane = 0; plane < planes; plane++) {
    const alongMm = plane * geometry.spacingMm[2];
    while (at + 2 < places.length && places[at + 1]!.alongMm < alongMm) {
      at++;
      [below, above] = [above, await straight(at + 1)];
    }
    const [from, to] = [places[at]!.alongMm, places[at + 1]!.alongMm];
    const weight = Math.min(1, Math.max(0, (alongMm - from) / (to - from)));
    blend(below, above, weight, data.subarray(plane * voxels, (plane + 1) * voxels));
  }
  return data;
}

/** A slice on the voxels of the grid's planes; NaN where it does not reach. */
function withinPlane(
  slice: SliceVoxels,
  columns: number,
  rows: number,
  [besideX, besideY]: readonly [number, number],
  width: number,
  height: number,
): Float64Array {
  const xs = steps(width, besideX, columns);
  const ys = steps(height, besideY, rows);
  const plane = new Float64Array(width * height).fill(Number.NaN);
  for (let y = 0; y < height; y++) {
    const { low: row, weight: down } = ys[y]!;
    if (row < 0) continue;
    const next = down === 0 ? 0 : columns;
    for (let x = 0; x < width; x++) {
      const { low, weight } = xs[x]!;
      if (low < 0) continue;
      const right = weight === 0 ? 0 : 1;
      const at = row * columns + low;
      const upper = slice[at]! * (1 - weight) + slice[at + right]! * weight;
      const lower = slice[at + next]! * (1 - weight) + slice[at + next + right]! * weight;
      plane[y * width + x] = upper * (1 - down) + lower * down;
    }
  }
  return plane;
}

/** For each voxel of the grid along an axis: the voxel of the slice below it, -1 outside, and the weight of the next one. */
function steps(count: number, beside: number, there: number): { low: number; weight: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const place = i + beside;
    if (place < -ROUNDING || place > there - 1 + ROUNDING) return { low: -1, weight: 0 };
    const low = Math.min(there - 1, Math.max(0, Math.floor(place + ROUNDING)));
    const weight = place - low;
    return { low, weight: weight < ROUNDING || low === there - 1 ? 0 : weight };
  });
}

function blend(below: Float64Array, above: Float64Array, weight: number, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) {
    const value =
      weight < ROUNDING
        ? below[i]!
        : weight > 1 - ROUNDING
          ? above[i]!
          : below[i]! * (1 - weight) + above[i]! * weight;
    into[i] = Number.isNaN(value) ? AIR_HU : value;
  }
}
