import type { Volume } from '../volumes/volume.js';

/** Pole of the cubic B-spline's inverse filter. */
const POLE = Math.sqrt(3) - 2;
/** Terms of the causal sum after which the rest is below 1e-10, as ITK's BSplineDecompositionImageFilter. */
const HORIZON = Math.ceil(Math.log(1e-10) / Math.log(Math.abs(POLE)));

/**
 * Coefficients of the cubic B-spline through all voxels (z, y, x), with mirrored borders: 8 bytes a voxel.
 * Method: Unser, Aldroubi, Eden, "B-Spline Signal Processing: Part II", IEEE Trans. Signal Processing 41(2), 1993.
 */
export function splineCoefficients({ data, size }: Volume): Float64Array {
  const [width, height, depth] = size;
  const coefficients = Float64Array.from(data);
  const line = new Float64Array(Math.max(width, height, depth));
  const filterLines = (starts: Iterable<number>, length: number, stride: number): void => {
    if (length === 1) return;
    for (const start of starts) {
      for (let i = 0; i < length; i++) line[i] = coefficients[start + i * stride]!;
      filterLine(line, length);
      for (let i = 0; i < length; i++) coefficients[start + i * stride] = line[i]!;
    }
  };
  filterLines(multiplesOf(width, width * height * depth), width, 1);
  for (let plane = 0; plane < depth; plane++)
    filterLines(between(plane * width * height, plane * width * height + width), height, width);
  filterLines(between(0, width * height), depth, width * height);
  return coefficients;
}

/** In place: a causal pass, then an anti-causal one. */
function filterLine(line: Float64Array, length: number): void {
  const gain = (1 - POLE) * (1 - 1 / POLE);
  for (let i = 0; i < length; i++) line[i] = line[i]! * gain;
  line[0] = firstCausal(line, length);
  for (let i = 1; i < length; i++) line[i] = line[i]! + POLE * line[i - 1]!;
  line[length - 1] = (POLE / (POLE * POLE - 1)) * (POLE * line[length - 2]! + line[length - 1]!);
  for (let i = length - 2; i >= 0; i--) line[i] = POLE * (line[i + 1]! - line[i]!);
}

/** Start value of the causal pass on a line that is mirrored at both ends. */
function firstCausal(line: Float64Array, length: number): number {
  let power = POLE;
  if (HORIZON < length) {
    let sum = line[0]!;
    for (let i = 1; i < HORIZON; i++, power *= POLE) sum += power * line[i]!;
    return sum;
  }
  const inverse = 1 / POLE;
  let back = POLE ** (length - 1);
  let sum = line[0]! + back * line[length - 1]!;
  back = back * back * inverse;
  for (let i = 1; i < length - 1; i++, power *= POLE, back *= inverse) sum += (power + back) * line[i]!;
  return sum / (1 - power * power);
}

function* multiplesOf(step: number, end: number): Iterable<number> {
  for (let value = 0; value < end; value += step) yield value;
}

function* between(from: number, to: number): Iterable<number> {
  for (let value = from; value < to; value++) yield value;
}
