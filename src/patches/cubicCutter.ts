import { storedHu } from '../volumes/storedHu.js';
import type { Vector3, Volume } from '../volumes/volume.js';
import { OUTSIDE_HU, type PatchCutter } from './patchCutter.js';
import type { PatchGrid } from './patchGrid.js';
import { splineCoefficients } from './splineCoefficients.js';

/** The four coefficients and their weights below each voxel of a grid axis. */
interface AxisTaps {
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

/** The part of an axis that a patch covers: grid voxels [from, to), and the scan's voxels [first, last] below them. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

const TAPS = 4;

/**
 * Cuts patches by cubic B-spline interpolation in float64, along x, then y, then z, with mirrored borders as in ITK's
 * BSplineInterpolateImageFunction. The coefficients of the whole scan are computed once: 8 bytes a voxel.
 */
export function cubicCutter(volume: Volume, grid: PatchGrid, patchSize: Vector3): PatchCutter {
  const coefficients = splineCoefficients(volume);
  const { size } = volume;
  const [dimX, dimY, dimZ] = patchSize;
  const taps = ([0, 1, 2] as const).map((axis) => axisTaps(volume, grid, axis));
  const [tx, ty, tz] = taps as [AxisTaps, AxisTaps, AxisTaps];

  return (firstVoxel, into, at) => {
    into.fill(OUTSIDE_HU, at, at + dimX * dimY * dimZ);
    const [x, y, z] = ([0, 1, 2] as const).map((axis) =>
      spanOf(firstVoxel[axis], patchSize[axis], grid.size[axis], taps[axis]!),
    ) as [Span, Span, Span];
    if (x.to <= x.from || y.to <= y.from || z.to <= z.from) return;

    const width = x.to - x.from;
    const height = y.to - y.from;
    const rows = y.last - y.first + 1;
    const planes = z.last - z.first + 1;
    const alongX = new Float64Array(width * rows * planes);
    const alongY = new Float64Array(width * height * planes);
    for (let plane = 0; plane < planes; plane++)
      for (let row = 0; row < rows; row++) {
        const source = ((z.first + plane) * size[1] + y.first + row) * size[0];
        for (let i = 0; i < width; i++)
          alongX[(plane * rows + row) * width + i] = weigh(coefficients, source, 1, tx, x.from + i);
      }
    for (let plane = 0; plane < planes; plane++)
      for (let j = 0; j < height; j++)
        for (let i = 0; i < width; i++) {
          const source = (plane * rows - y.first) * width + i;
          alongY[(plane * height + j) * width + i] = weigh(alongX, source, width, ty, y.from + j);
        }
    for (let k = 0; k < z.to - z.from; k++)
      for (let j = 0; j < height; j++)
        for (let i = 0; i < width; i++) {
          const source = (j - z.first * height) * width + i;
          const target =
            ((z.from + k - firstVoxel[2]) * dimY + (y.from + j - firstVoxel[1])) * dimX +
            (x.from - firstVoxel[0] + i);
          into[at + target] = storedHu(weigh(alongY, source, height * width, tz, z.from + k));
        }
  };
}

function weigh(
  values: Float64Array,
  origin: number,
  stride: number,
  { index, weight }: AxisTaps,
  gridVoxel: number,
): number {
  const tap = gridVoxel * TAPS;
  return (
    values[origin + index[tap]! * stride]! * weight[tap]! +
    values[origin + index[tap + 1]! * stride]! * weight[tap + 1]! +
    values[origin + index[tap + 2]! * stride]! * weight[tap + 2]! +
    values[origin + index[tap + 3]! * stride]! * weight[tap + 3]!
  );
}

function axisTaps(volume: Volume, grid: PatchGrid, axis: 0 | 1 | 2): AxisTaps {
  const count = grid.size[axis];
  const last = volume.size[axis] - 1;
  const step = grid.spacingMm[axis] / volume.spacingMm[axis];
  const index = new Int32Array(count * TAPS);
  const weight = new Float64Array(count * TAPS);
  for (let voxel = 0; voxel < count; voxel++) {
    const position = Math.min(voxel * step, last);
    const before = Math.floor(position);
    const weights = cubicWeights(position - before);
    for (let tap = 0; tap < TAPS; tap++) {
      index[voxel * TAPS + tap] = mirrored(before - 1 + tap, last);
      weight[voxel * TAPS + tap] = weights[tap]!;
    }
  }
  return { index, weight };
}

/** Cubic B-spline at distances 1 + t, t, 1 - t and 2 - t. */
function cubicWeights(t: number): readonly [number, number, number, number] {
  const w3 = (t * t * t) / 6;
  const w0 = 1 / 6 + (t * (t - 1)) / 2 - w3;
  const w2 = t + w0 - 2 * w3;
  return [w0, 1 - w0 - w2 - w3, w2, w3];
}

/** The voxel that stands for one beyond an end: the end itself is not repeated. */
function mirrored(voxel: number, last: number): number {
  if (last === 0) return 0;
  const period = 2 * last;
  const inPeriod = ((voxel % period) + period) % period;
  return inPeriod <= last ? inPeriod : period - inPeriod;
}

function spanOf(firstVoxel: number, length: number, gridSize: number, { index }: AxisTaps): Span {
  const from = Math.max(0, firstVoxel);
  const to = Math.min(gridSize, firstVoxel + length);
  let first = Number.MAX_SAFE_INTEGER;
  let last = -1;
  for (let tap = from * TAPS; tap < to * TAPS; tap++) {
    first = Math.min(first, index[tap]!);
    last = Math.max(last, index[tap]!);
  }
  return { from, to, first, last };
}
