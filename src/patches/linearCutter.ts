import { storedHu } from '../volumes/storedHu.js';
import type { Vector3, Volume, VoxelArray } from '../volumes/volume.js';
import { OUTSIDE_HU, type PatchCutter } from './patchCutter.js';
import type { PatchGrid } from './patchGrid.js';

/** Where the voxels of one grid axis lie between the scan's: the voxel before, and the share of the next one. */
interface AxisWeights {
  readonly before: Int32Array;
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
 * Each patch reads only the scan's voxels below it, so that the cost does not grow with the scan.
 */
export function linearCutter(volume: Volume, grid: PatchGrid, patchSize: Vector3): PatchCutter {
  const { data, size } = volume;
  const [dimX, dimY, dimZ] = patchSize;
  const weights = ([0, 1, 2] as const).map((axis) => axisWeights(volume, grid, axis));
  const [wx, wy, wz] = weights as [AxisWeights, AxisWeights, AxisWeights];
  let alongX = new Float64Array(0);
  let alongY = new Float64Array(0);

  return (firstVoxel, into, at) => {
    into.fill(OUTSIDE_HU, at, at + dimX * dimY * dimZ);
    const [x, y, z] = ([0, 1, 2] as const).map((axis) =>
      spanOf(firstVoxel[axis], patchSize[axis], weights[axis]!),
    ) as [Span, Span, Span];
    if (x.to <= x.from || y.to <= y.from || z.to <= z.from) return;

    const width = x.to - x.from;
    const height = y.to - y.from;
    const rows = y.last - y.first + 1;
    const planes = z.last - z.first + 1;
    if (alongX.length < width * rows * planes) alongX = new Float64Array(width * rows * planes);
    if (alongY.length < width * height * planes) alongY = new Float64Array(width * height * planes);

    for (let plane = 0; plane < planes; plane++)
      for (let row = 0; row < rows; row++) {
        const source = ((z.first + plane) * size[1] + y.first + row) * size[0];
        interpolateRow(data, source, size[0], wx, x, alongX, (plane * rows + row) * width);
      }
    for (let plane = 0; plane < planes; plane++)
      for (let j = 0; j < height; j++) {
        const before = wy.before[y.from + j]! - y.first;
        const lower = (plane * rows + before) * width;
        const upper = before + 1 < rows ? lower + width : lower;
        mix(alongX, lower, upper, wy.share[y.from + j]!, alongY, (plane * height + j) * width, width);
      }
    for (let k = 0; k < z.to - z.from; k++) {
      const before = wz.before[z.from + k]! - z.first;
      const lower = before * height * width;
      const upper = before + 1 < planes ? lower + height * width : lower;
      const share = wz.share[z.from + k]!;
      for (let j = 0; j < height; j++) {
        const target =
          at +
          ((z.from + k - firstVoxel[2]) * dimY + (y.from + j - firstVoxel[1])) * dimX +
          x.from -
          firstVoxel[0];
        for (let i = 0; i < width; i++) {
          const low = alongY[lower + j * width + i]!;
          const high = alongY[upper + j * width + i]!;
          into[target + i] = storedHu(low + (high - low) * share);
        }
      }
    }
  };
}

/** The scan's voxels before each grid voxel; the last voxel of all has no next one, its share is 0. */
function axisWeights(volume: Volume, grid: PatchGrid, axis: 0 | 1 | 2): AxisWeights {
  const count = grid.size[axis];
  const last = volume.size[axis] - 1;
  const step = grid.spacingMm[axis] / volume.spacingMm[axis];
  const before = new Int32Array(count);
  const share = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const position = Math.min(index * step, last);
    before[index] = Math.floor(position);
    share[index] = position - before[index]!;
  }
  return { before, share };
}

function spanOf(firstVoxel: number, length: number, { before, share }: AxisWeights): Span {
  const from = Math.max(0, firstVoxel);
  const to = Math.min(before.length, firstVoxel + length);
  if (to <= from) return { from, to, first: 0, last: -1 };
  return { from, to, first: before[from]!, last: before[to - 1]! + (share[to - 1]! > 0 ? 1 : 0) };
}

function interpolateRow(
  data: VoxelArray,
  source: number,
  rowLength: number,
  { before, share }: AxisWeights,
  { from, to }: Span,
  into: Float64Array,
  at: number,
): void {
  for (let index = from; index < to; index++) {
    const low = source + before[index]!;
    const lowHu = data[low]!;
    const highHu = before[index]! + 1 < rowLength ? data[low + 1]! : lowHu;
    into[at + index - from] = lowHu + (highHu - lowHu) * share[index]!;
  }
}

function mix(
  from: Float64Array,
  lower: number,
  upper: number,
  share: number,
  into: Float64Array,
  at: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const low = from[lower + i]!;
    into[at + i] = low + (from[upper + i]! - low) * share;
  }
}
