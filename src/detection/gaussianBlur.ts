/** A box of float32 voxels, x fastest. */
export interface FloatBox {
  readonly data: Float32Array;
  readonly size: readonly [x: number, y: number, z: number];
}

/** Where the kernel is cut off, in standard deviations. */
const REACH = 3;

/** So many weights on each side are written out in the inner loops; the rest is a loop. */
const WRITTEN_OUT = 3;

/** Half of a Gaussian's weights, the middle one first; all together they sum to 1. Sigma in voxels. */
export function gaussianWeights(sigma: number): Float64Array {
  const reach = reachOf(sigma);
  const half = Float64Array.from({ length: reach + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const sum = half.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0);
  return half.map((weight) => weight / sum);
}

/** Voxels on each side that a blur of this sigma looks at: three at least, by which the inner loops are written out. */
export function reachOf(sigma: number): number {
  return Math.max(WRITTEN_OUT, Math.ceil(REACH * sigma));
}

/**
 * Blurs `from` into `into` (as large; `work` is overwritten; `into` may be `from`). Beyond the box lies `outside`. Every voxel is the
 * same sum whatever the box begins with, so that parts of a volume with enough voxels around them give the volume's own bits.
 */
export function blur(
  from: FloatBox,
  into: Float32Array,
  work: Float32Array,
  sigma: number,
  outside: number,
): void {
  const weights = gaussianWeights(sigma);
  const [width, height, depth] = from.size;
  const plane = width * height;
  along(from.data, into, weights, outside, {
    length: width,
    step: 1,
    lines: height * depth,
    next: width,
    count: 1,
  });
  along(into, work, weights, outside, {
    length: height,
    step: width,
    lines: depth,
    next: plane,
    count: width,
  });
  along(work, into, weights, outside, {
    length: depth,
    step: plane,
    lines: height,
    next: width,
    count: width,
  });
}

/** Lines along one axis: `lines` groups of `count` lines side by side. */
interface Lines {
  /** Voxels of a line, and the step from one to the next. */
  readonly length: number;
  readonly step: number;
  readonly lines: number;
  readonly next: number;
  readonly count: number;
}

function along(
  from: Float32Array,
  into: Float32Array,
  weights: Float64Array,
  outside: number,
  lines: Lines,
): void {
  if (lines.count === 1) alongRows(from, into, weights, outside, lines);
  else acrossRows(from, into, weights, outside, lines);
}

function alongRows(
  from: Float32Array,
  into: Float32Array,
  weights: Float64Array,
  outside: number,
  { length, lines, next }: Lines,
): void {
  const reach = weights.length - 1;
  const line = new Float64Array(length + 2 * reach).fill(outside);
  const [w0, w1, w2, w3] = weights as unknown as readonly [number, number, number, number];
  for (let l = 0; l < lines; l++) {
    const at = l * next;
    for (let i = 0; i < length; i++) line[reach + i] = from[at + i]!;
    for (let i = 0; i < length; i++) {
      const c = reach + i;
      let sum = w0 * line[c]!;
      sum += w1 * (line[c - 1]! + line[c + 1]!);
      sum += w2 * (line[c - 2]! + line[c + 2]!);
      sum += w3 * (line[c - 3]! + line[c + 3]!);
      for (let k = WRITTEN_OUT + 1; k <= reach; k++) sum += weights[k]! * (line[c - k]! + line[c + k]!);
      into[at + i] = sum;
    }
  }
}

/** Row by row, so that memory is read in its order: each output row is a sum of input rows. */
function acrossRows(
  from: Float32Array,
  into: Float32Array,
  weights: Float64Array,
  outside: number,
  { length, step, lines, next, count }: Lines,
): void {
  const reach = weights.length - 1;
  const sums = new Float64Array(count);
  const [w0, w1, w2, w3] = weights as unknown as readonly [number, number, number, number];
  for (let l = 0; l < lines; l++)
    for (let i = 0; i < length; i++) {
      const at = l * next + i * step;
      let k = 1;
      if (i >= WRITTEN_OUT && i + WRITTEN_OUT < length) {
        const [b1, b2, b3] = [at - step, at - 2 * step, at - 3 * step];
        const [a1, a2, a3] = [at + step, at + 2 * step, at + 3 * step];
        for (let c = 0; c < count; c++) {
          let sum = w0 * from[at + c]!;
          sum += w1 * (from[b1 + c]! + from[a1 + c]!);
          sum += w2 * (from[b2 + c]! + from[a2 + c]!);
          sums[c] = sum + w3 * (from[b3 + c]! + from[a3 + c]!);
        }
        k = WRITTEN_OUT + 1;
      } else for (let c = 0; c < count; c++) sums[c] = w0 * from[at + c]!;
      for (; k <= reach; k++) {
        const weight = weights[k]!;
        const [below, above] = [at - k * step, at + k * step];
        const [isBelow, isAbove] = [i >= k, i + k < length];
        if (isBelow && isAbove)
          for (let c = 0; c < count; c++) sums[c] = sums[c]! + weight * (from[below + c]! + from[above + c]!);
        else if (isBelow)
          for (let c = 0; c < count; c++) sums[c] = sums[c]! + weight * (from[below + c]! + outside);
        else if (isAbove)
          for (let c = 0; c < count; c++) sums[c] = sums[c]! + weight * (outside + from[above + c]!);
        else for (let c = 0; c < count; c++) sums[c] = sums[c]! + weight * (outside + outside);
      }
      for (let c = 0; c < count; c++) into[at + c] = sums[c]!;
    }
}
