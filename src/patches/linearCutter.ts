import type { Vector3, Volume, VoxelArray } from '../volumes/volume.js';
import { copyRows, OUTSIDE_HU, type PatchCutter } from './patchCutter.js';
import type { PatchGrid } from './patchGrid.js';
import { createRowKernels, paddedLength } from './rowKernels.js';

/** Where the voxels of one grid axis lie between the scan's: the voxel before, the one after, and the share of the latter. */
interface AxisWeights {
  readonly before: Int32Array;
  /** The last voxel of all has no next one: it is its own, with share 0. */
  readonly after: Int32Array;
  readonly share: Float64Array;
}

/** The part of an axis that a patch covers: grid voxels [from, to), and the scan's voxels [first, last] they lie between. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Cuts patches by linear interpolation straight from the scan, in float64, along x, then y, then z.
 * Each patch reads only the scan's voxels below it, so that the cost does not grow with the scan. It goes through them plane
 * by plane: the rows of a plane and the two planes between which a slice lies stay in the processor's first caches.
 */
export function linearCutter(volume: Volume, grid: PatchGrid, patchSize: Vector3): PatchCutter {
  const { data, size } = volume;
  const [dimX, dimY, dimZ] = patchSize;
  const [wx, wy, wz] = ([0, 1, 2] as const).map((axis) => axisWeights(volume, grid, axis)) as [
    AxisWeights,
    AxisWeights,
    AxisWeights,
  ];
  // Rows of a plane interpolated along x, two planes interpolated along y, too, and a slice of the patch.
  const stride = paddedLength(dimX);
  const most = Math.min(size[1], Math.ceil((dimY * grid.spacingMm[1]) / volume.spacingMm[1]) + 2);
  const kernels = createRowKernels(stride * (most + 3 * dimY));
  const planeBytes = stride * dimY * 8;
  const slice = (stride * most * 8 + 2 * planeBytes) / 2;

  return (firstVoxel, into, at) => {
    const x = spanOf(firstVoxel[0], dimX, wx);
    const y = spanOf(firstVoxel[1], dimY, wy);
    const z = spanOf(firstVoxel[2], dimZ, wz);
    const width = x.to - x.from;
    const height = y.to - y.from;
    if (width < dimX || height < dimY || z.to - z.from < dimZ)
      into.fill(OUTSIDE_HU, at, at + dimX * dimY * dimZ);
    if (width <= 0 || height <= 0) return;

    const interpolatePlane = (plane: number, planeAt: number): void => {
      fetchPlane(data, Math.min(plane + 1, z.last) * size[1], y, size[0], x);
      const source = (plane * size[1] + y.first) * size[0];
      interpolateRows(data, source, size[0], wx, x.from, width, kernels.values, stride, y.last - y.first + 1);
      for (let j = 0; j < height; j++) {
        const lower = (wy.before[y.from + j]! - y.first) * stride * 8;
        const upper = (wy.after[y.from + j]! - y.first) * stride * 8;
        kernels.mix(planeAt + j * stride * 8, stride, lower, upper, wy.share[y.from + j]!);
      }
    };
    const planes = [stride * most * 8, stride * most * 8 + planeBytes] as [number, number];
    const held = [-1, -1];
    const placeOf = (plane: number, other: number): number => {
      const known = held.indexOf(plane);
      if (known >= 0) return known;
      const free = held[0] === other ? 1 : 0;
      interpolatePlane(plane, planes[free]!);
      held[free] = plane;
      return free;
    };
    for (let k = z.from; k < z.to; k++) {
      const [before, after] = [wz.before[k]!, wz.after[k]!];
      const lower = planes[placeOf(before, after)]!;
      const upper = planes[placeOf(after, before)]!;
      kernels.mixToHu(slice * 2, stride * height, lower, upper, wz.share[k]!);
      const corner =
        at + ((k - firstVoxel[2]) * dimY + y.from - firstVoxel[1]) * dimX + x.from - firstVoxel[0];
      copyRows(kernels.hu, slice, stride, into, corner, dimX, width, height);
    }
  };
}

/** The scan's voxels around each grid voxel. */
function axisWeights(volume: Volume, grid: PatchGrid, axis: 0 | 1 | 2): AxisWeights {
  const count = grid.size[axis];
  const last = volume.size[axis] - 1;
  const step = grid.spacingMm[axis] / volume.spacingMm[axis];
  const before = new Int32Array(count);
  const after = new Int32Array(count);
  const share = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const position = Math.min(index * step, last);
    before[index] = Math.floor(position);
    share[index] = position - before[index]!;
    after[index] = before[index]! + (share[index]! > 0 ? 1 : 0);
  }
  return { before, after, share };
}

function spanOf(firstVoxel: number, length: number, { before, after }: AxisWeights): Span {
  const from = Math.max(0, firstVoxel);
  const to = Math.min(before.length, firstVoxel + length);
  if (to <= from) return { from, to, first: 0, last: -1 };
  return { from, to, first: before[from]!, last: after[to - 1]! };
}

/**
 * Reads a voxel of every cache line below a plane of the patch, that of the next plane: these reads do not wait for one
 * another, unlike those that each wait for the arithmetic before them. Takes 40 % off the time where a patch is not in the cache.
 */
function fetchPlane(data: VoxelArray, firstRow: number, y: Span, rowLength: number, x: Span): number {
  const step = 64 / data.BYTES_PER_ELEMENT;
  let sum = 0;
  for (let row = y.first; row <= y.last; row++) {
    const source = (firstRow + row) * rowLength;
    for (let voxel = x.first; voxel < x.last; voxel += step) sum += data[source + voxel]!;
    sum += data[source + x.last]!;
  }
  return sum;
}

/** Along x; four rows at a time share what is read of the weights. */
function interpolateRows(
  data: VoxelArray,
  source: number,
  rowLength: number,
  { before, after, share }: AxisWeights,
  from: number,
  width: number,
  into: Float64Array,
  stride: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row += 4) {
    // Behind the last row it is taken again, and written to where it stands.
    const r1 = Math.min(row + 1, rows - 1);
    const r2 = Math.min(row + 2, rows - 1);
    const r3 = Math.min(row + 3, rows - 1);
    const s0 = source + row * rowLength;
    const s1 = source + r1 * rowLength;
    const s2 = source + r2 * rowLength;
    const s3 = source + r3 * rowLength;
    for (let i = 0; i < width; i++) {
      const low = before[from + i]!;
      const high = after[from + i]!;
      const part = share[from + i]!;
      const low0 = data[s0 + low]!;
      const low1 = data[s1 + low]!;
      const low2 = data[s2 + low]!;
      const low3 = data[s3 + low]!;
      into[row * stride + i] = low0 + (data[s0 + high]! - low0) * part;
      into[r1 * stride + i] = low1 + (data[s1 + high]! - low1) * part;
      into[r2 * stride + i] = low2 + (data[s2 + high]! - low2) * part;
      into[r3 * stride + i] = low3 + (data[s3 + high]! - low3) * part;
    }
  }
}
