import { eachAxis } from '../volumes/voxels/geometry.js';
import { createRowKernels, paddedLength } from '../volumes/voxels/rowKernels.js';
import { AIR_HU } from '../volumes/voxels/storedHu.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import type { Span } from './axisWeights.js';
import { copyRows, type PatchCutter } from './patchCutter.js';
import type { PatchGrid } from './patchGrid.js';
import { splineCoefficients } from './splineCoefficients.js';

/** The four coefficients and their weights below each voxel of a grid axis. */
interface AxisTaps {
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

const TAPS = 4;

/**
 * Cuts patches by cubic B-spline interpolation in float64, along x, then y, then z, with mirrored borders as in ITK's
 * BSplineInterpolateImageFunction. The coefficients are those of the whole scan: 8 bytes a voxel.
 */
export function cubicCutter(
  volume: Volume,
  grid: PatchGrid,
  patchSize: Vector3,
  coefficients = splineCoefficients(volume),
): PatchCutter {
  const { size } = volume;
  const [dimX, dimY, dimZ] = patchSize;
  const [tx, ty, tz] = eachAxis((axis) => axisTaps(volume, grid, axis));
  // Rows of a plane weighed along x, the planes below the patch weighed along y, too, and a slice of the patch.
  const stride = paddedLength(dimX);
  const most = eachAxis((axis) =>
    Math.min(
      size[axis],
      Math.ceil((patchSize[axis] * grid.spacingMm[axis]) / volume.spacingMm[axis]) + TAPS + 1,
    ),
  );
  const planeLength = stride * dimY;
  const [firstPlane, slice] = [stride * most[1], stride * most[1] + planeLength * most[2]];
  const kernels = createRowKernels(slice + planeLength);

  return (firstVoxel, into, at) => {
    const x = spanOf(firstVoxel[0], dimX, grid.size[0], tx);
    const y = spanOf(firstVoxel[1], dimY, grid.size[1], ty);
    const z = spanOf(firstVoxel[2], dimZ, grid.size[2], tz);
    const width = x.to - x.from;
    const height = y.to - y.from;
    if (width < dimX || height < dimY || z.to - z.from < dimZ) into.fill(AIR_HU, at, at + dimX * dimY * dimZ);
    if (width <= 0 || height <= 0 || z.to <= z.from) return;

    coefficients.complete(y.first, y.last);
    for (let plane = z.first; plane <= z.last; plane++) {
      for (let row = y.first; row <= y.last; row++) {
        const source = (plane * size[1] + row) * size[0];
        weighRow(coefficients.values, source, tx, x.from, width, kernels.values, (row - y.first) * stride);
      }
      for (let j = 0; j < height; j++) {
        const target = firstPlane + (plane - z.first) * planeLength + j * stride;
        kernels.weigh(target * 8, stride, ...rowsAndWeights(ty, y.from + j, -y.first * stride, stride));
      }
    }
    for (let k = z.from; k < z.to; k++) {
      const taps = rowsAndWeights(tz, k, firstPlane - z.first * planeLength, planeLength);
      kernels.weighToHu(slice * 8, stride * height, ...taps);
      const corner =
        at + ((k - firstVoxel[2]) * dimY + y.from - firstVoxel[1]) * dimX + x.from - firstVoxel[0];
      copyRows(kernels.hu, slice * 4, stride, into, corner, dimX, width, height);
    }
  };
}

type RowsAndWeights = [number, number, number, number, number, number, number, number];

/** Addresses of the four rows (or planes) below a grid voxel, `stride` values apart, and their weights. */
function rowsAndWeights(
  { index, weight }: AxisTaps,
  gridVoxel: number,
  origin: number,
  stride: number,
): RowsAndWeights {
  const tap = gridVoxel * TAPS;
  const address = (i: number): number => (origin + index[tap + i]! * stride) * 8;
  return [
    ...([address(0), address(1), address(2), address(3)] as const),
    ...([weight[tap]!, weight[tap + 1]!, weight[tap + 2]!, weight[tap + 3]!] as const),
  ];
}

function weighRow(
  values: Float64Array,
  source: number,
  { index, weight }: AxisTaps,
  from: number,
  count: number,
  into: Float64Array,
  at: number,
): void {
  for (let i = 0, tap = from * TAPS; i < count; i++, tap += TAPS)
    into[at + i] =
      values[source + index[tap]!]! * weight[tap]! +
      values[source + index[tap + 1]!]! * weight[tap + 1]! +
      values[source + index[tap + 2]!]! * weight[tap + 2]! +
      values[source + index[tap + 3]!]! * weight[tap + 3]!;
}

function axisTaps(volume: Volume, grid: PatchGrid, axis: 0 | 1 | 2): AxisTaps {
  const count = grid.size[axis];
  const last = volume.size[axis] - 1;
  const step = grid.spacingMm[axis] / volume.spacingMm[axis];
  const index = new Int32Array(count * TAPS);
  const weight = new Float64Array(count * TAPS);
  for (let voxel = 0; voxel < count; voxel++) {
    // Beyond the last voxel, up to its edge, the mirrored scan goes on.
    const position = Math.min(voxel * step, last + 0.5);
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
