import { createRowKernels, paddedLength, type RowKernels } from '../volumes/voxels/rowKernels.js';
import type { Volume, VoxelArray } from '../volumes/voxels/volume.js';

/** Coefficients of the cubic B-spline through all voxels of a scan (z, y, x), with mirrored borders: 8 bytes a voxel. */
export interface SplineCoefficients {
  /** Those of rows that complete() has not been told of are not filtered along z yet. */
  readonly values: Float64Array;
  /** Makes the rows `first` to `last` (along y) of all planes final. */
  complete(first: number, last: number): void;
}

/** Pole of the cubic B-spline's inverse filter. */
const POLE = Math.sqrt(3) - 2;
const GAIN = (1 - POLE) * (1 - 1 / POLE);
/** Terms of the causal sum after which the rest is below 1e-10, as ITK's BSplineDecompositionImageFilter. */
const HORIZON = Math.ceil(Math.log(1e-10) / Math.log(Math.abs(POLE)));
/** Lines filtered side by side: 512 rows of them stay in the second cache. */
const LINES = 128;
/** Rows of a power of two would all fall on the same places of the cache. */
const GAP = 8;

/**
 * The scan filtered along x, then y, then z. Lines are filtered side by side, so that each step is one over a row of memory:
 * planes are turned for x, and rows that no patch touches are left out of the last axis (a line's result needs the whole line).
 * Method: Unser, Aldroubi, Eden, "B-Spline Signal Processing: Part II", IEEE Trans. Signal Processing 41(2), 1993.
 */
export function splineCoefficients({ data, size }: Volume): SplineCoefficients {
  const [width, height, depth] = size;
  const stride = paddedLength(width) + GAP;
  const turnedStride = paddedLength(height) + GAP;
  const straight = width * turnedStride;
  const kernels = createRowKernels(Math.max(straight + height * stride, depth * stride));
  const values = new Float64Array(width * height * depth);
  for (let plane = 0; plane < depth; plane++) {
    const at = plane * width * height;
    turn(data, at, width, height, width, kernels.values, 0, turnedStride);
    filterRows(kernels, 0, turnedStride, paddedLength(height), width);
    turn(kernels.values, 0, turnedStride, width, height, kernels.values, straight, stride);
    filterRows(kernels, straight, stride, paddedLength(width), height);
    for (let row = 0; row < height; row++) {
      const start = straight + row * stride;
      values.set(kernels.values.subarray(start, start + width), at + row * width);
    }
  }
  const isComplete = new Uint8Array(height);
  const completeRow = (row: number): void => {
    for (let plane = 0; plane < depth; plane++) {
      const at = (plane * height + row) * width;
      kernels.values.set(values.subarray(at, at + width), plane * stride);
    }
    filterRows(kernels, 0, stride, paddedLength(width), depth);
    for (let plane = 0; plane < depth; plane++)
      values.set(
        kernels.values.subarray(plane * stride, plane * stride + width),
        (plane * height + row) * width,
      );
  };
  return {
    values,
    complete: (first, last) => {
      for (let row = first; row <= last; row++)
        if (isComplete[row] === 0) {
          completeRow(row);
          isComplete[row] = 1;
        }
    },
  };
}

/** Rows become columns, eight at a time: one line of the cache. Strides are in values. */
function turn(
  from: VoxelArray,
  at: number,
  stride: number,
  rows: number,
  columns: number,
  into: Float64Array,
  intoAt: number,
  intoStride: number,
): void {
  for (let first = 0; first < rows; first += 8) {
    const end = Math.min(rows, first + 8);
    for (let column = 0; column < columns; column++)
      for (let row = first; row < end; row++)
        into[intoAt + column * intoStride + row] = from[at + row * stride + column]!;
  }
}

/** Filters the columns of `length` rows in place: a causal pass, then an anti-causal one. `at` and `stride` are in values. */
function filterRows(kernels: RowKernels, at: number, stride: number, count: number, length: number): void {
  if (length === 1) return;
  for (let first = 0; first < count; first += LINES)
    filterLines(kernels, (at + first) * 8, stride * 8, Math.min(LINES, count - first), length);
}

/** As filterRows(), of so few columns that they stay in the cache; `at` and `stride` are in bytes. */
function filterLines(kernels: RowKernels, at: number, stride: number, count: number, length: number): void {
  const last = at + (length - 1) * stride;
  const summed = Math.min(HORIZON, length);
  for (let i = 0; i < summed; i++) kernels.scale(at + i * stride, count, GAIN);
  sumFirst(kernels, at, stride, count, length);
  for (let i = 1; i < length; i++) {
    const row = at + i * stride;
    if (i >= summed) kernels.scale(row, count, GAIN);
    kernels.addScaled(row, count, row - stride, POLE);
  }
  kernels.addScaled(last, count, last - stride, POLE);
  kernels.scale(last, count, POLE / (POLE * POLE - 1));
  for (let row = last - stride; row >= at; row -= stride) kernels.reflect(row, count, row + stride, POLE);
}

/** Start values of the causal pass on lines that are mirrored at both ends: the first row becomes their sums. */
function sumFirst(kernels: RowKernels, at: number, stride: number, count: number, length: number): void {
  let power = POLE;
  if (HORIZON < length) {
    for (let i = 1; i < HORIZON; i++, power *= POLE) kernels.addScaled(at, count, at + i * stride, power);
    return;
  }
  const inverse = 1 / POLE;
  let back = POLE ** (length - 1);
  kernels.addScaled(at, count, at + (length - 1) * stride, back);
  back = back * back * inverse;
  for (let i = 1; i < length - 1; i++, power *= POLE, back *= inverse)
    kernels.addScaled(at, count, at + i * stride, power + back);
  for (let i = 0; i < count; i++)
    kernels.values[at / 8 + i] = kernels.values[at / 8 + i]! / (1 - power * power);
}
