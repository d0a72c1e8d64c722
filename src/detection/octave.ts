import { blur, type FloatBox, reachOf } from './gaussianBlur.js';
import { type Symmetric3, symmetricEigenvalues } from './symmetricEigenvalues.js';

/** Levels of the scale space in a doubling of sigma. */
const LEVELS = 3;

/** Sigma of an octave's first level, in its voxels: a ball of twice sqrt(3) times as many voxels answers most to it. */
const FIRST_SIGMA = 0.9;

/**
 * An octave's first level counts as higher than the finer one that it was halved from when it is nearly as high: on the halved grid a
 * maximum between the two octaves can be lower than on the whole one, and would be in neither (balls of 6, 12 and 25 mm).
 */
const SEAM = 1.08;

/** A ball of radius r answers most to sigma = r / sqrt(3). */
export const RADII_PER_SIGMA = Math.sqrt(3);

/** A bright place that answers more to its scale than all 80 neighbours in place and scale do. */
export interface Blob {
  /** In voxels of the octave, between voxels where it is. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Sigma of the scale that it answers most to, in voxels of the octave. */
  readonly sigma: number;
  /** Minus the Laplacian times sigma squared, in HU: the contrast of a ball times 0.37 or so. */
  readonly response: number;
  /** Eigenvalues of the Hessian times sigma squared, HU, ascending: alike for a ball, the last near 0 for a tube, the last two for a plate. */
  readonly curvatures: readonly [number, number, number];
}

export interface OctaveOptions {
  /** What lies beyond the box, HU. */
  readonly outside: number;
  /** Smallest response, HU. */
  readonly threshold: number;
  /** Slices in whose middle part blobs are looked for: those around them are there for the blurs. */
  readonly firstSlice: number;
  /** Slices of the volume before the box: where blobs lie is said in the volume. */
  readonly slicesBefore: number;
  readonly endSlice: number;
  /** Whether the box is the volume itself; else it is the octave before at FIRST_SIGMA, which needs no blur. */
  readonly isFirst: boolean;
}

/** Slices on each side of the first octave's part that its blobs depend on. */
export function haloOf(): number {
  const blurs = Array.from({ length: LEVELS + 2 }, (_, level) => reachOf(stepSigma(level)));
  return blurs.reduce((sum, reach) => sum + reach, 0) + 2;
}

/** Sigma of a level in voxels. */
function sigmaOf(level: number): number {
  return FIRST_SIGMA * 2 ** (level / LEVELS);
}

/** What is blurred from the level before. */
function stepSigma(level: number): number {
  return level === 0 ? FIRST_SIGMA : Math.sqrt(sigmaOf(level) ** 2 - sigmaOf(level - 1) ** 2);
}

/**
 * Blobs of one octave (levels 1 to LEVELS; the first octave has level 0, too), by the maxima of the Laplacian in place and scale
 * (Lindeberg, International Journal of Computer Vision 30, 1998). Calls `half` with the level of twice FIRST_SIGMA, which the next
 * octave begins with. `box` is overwritten.
 */
export function octaveBlobs(
  box: FloatBox,
  options: OctaveOptions,
  half: (blurred: FloatBox) => void,
): Blob[] {
  const { size } = box;
  const { outside, isFirst } = options;
  const count = box.data.length;
  let blurred = box.data;
  let before: Float32Array = new Float32Array(count);
  const work = new Float32Array(count);
  let responses: Float32Array[] = [];
  const blobs: Blob[] = [];
  for (let level = 0; level <= LEVELS + 1; level++) {
    [before, blurred] = [blurred, before];
    if (level === 0 && !isFirst) blurred.set(before);
    else blur({ data: before, size }, blurred, work, stepSigma(level), outside);
    responses.push(
      minusLaplacian(
        { data: blurred, size },
        sigmaOf(level) ** 2,
        responses.length > 2 ? responses[0]! : new Float32Array(count),
      ),
    );
    if (responses.length > 3) responses = responses.slice(1);
    if (level === LEVELS) half({ data: blurred, size });
    if (level === 1 && isFirst)
      blobs.push(...maxima([undefined, responses[0]!, responses[1]!], { data: before, size }, 0, options));
    if (level >= 2)
      blobs.push(
        ...maxima([responses[0]!, responses[1]!, responses[2]!], { data: before, size }, level - 1, options),
      );
  }
  return blobs;
}

/** Into `into`; 0 at the box's border. */
function minusLaplacian({ data, size }: FloatBox, scale: number, into: Float32Array): Float32Array {
  const [width, height, depth] = size;
  const plane = width * height;
  for (let z = 1; z < depth - 1; z++)
    for (let y = 1; y < height - 1; y++) {
      const row = z * plane + y * width;
      for (let i = row + 1; i < row + width - 1; i++)
        into[i] =
          scale *
          (6 * data[i]! -
            (data[i - 1]! + data[i + 1]!) -
            (data[i - width]! + data[i + width]!) -
            (data[i - plane]! + data[i + plane]!));
    }
  return into;
}

function maxima(
  [finer, own, coarser]: readonly [Float32Array | undefined, Float32Array, Float32Array],
  blurred: FloatBox,
  level: number,
  { threshold, firstSlice, endSlice, slicesBefore, isFirst }: OctaveOptions,
): Blob[] {
  const [width, height, depth] = blurred.size;
  const plane = width * height;
  const found: Blob[] = [];
  const least = level === 1 && !isFirst ? SEAM : 1;
  for (let z = Math.max(2, firstSlice); z < Math.min(depth - 2, endSlice); z++)
    for (let y = 2; y < height - 2; y++) {
      const row = z * plane + y * width;
      for (let i = row + 2; i < row + width - 2; i++) {
        const response = own[i]!;
        if (response < threshold || response < own[i - 1]! || response <= own[i + 1]!) continue;
        if (!isHighest(response, i, own, width, plane, true)) continue;
        if (!isHighest(response, i, coarser, width, plane, false)) continue;
        if (finer !== undefined && !isHighest(least * response, i, finer, width, plane, false)) continue;
        found.push(blobAt(i, level, [finer, own, coarser], blurred, slicesBefore));
      }
    }
  return found;
}

/** Of equal neighbours the first in the order of the voxels is the highest. */
function isHighest(
  value: number,
  at: number,
  among: Float32Array,
  width: number,
  plane: number,
  isOwn: boolean,
): boolean {
  for (let z = -plane; z <= plane; z += plane)
    for (let y = -width; y <= width; y += width)
      for (let x = -1; x <= 1; x++) {
        const offset = z + y + x;
        if (isOwn && offset === 0) continue;
        const other = among[at + offset]!;
        if (other > value || (other === value && offset < 0)) return false;
      }
  return true;
}

function blobAt(
  i: number,
  level: number,
  [finer, own, coarser]: readonly [Float32Array | undefined, Float32Array, Float32Array],
  { data, size: [width, height] }: FloatBox,
  slicesBefore: number,
): Blob {
  const plane = width * height;
  const z = Math.floor(i / plane);
  const y = Math.floor((i - z * plane) / width);
  const x = i - z * plane - y * width;
  const offset = (step: number): number => vertexOf(own[i - step]!, own[i]!, own[i + step]!);
  const scale = finer === undefined ? 0 : vertexOf(finer[i]!, own[i]!, coarser[i]!);
  const sigma = sigmaOf(level);
  return {
    x: x + offset(1),
    y: y + offset(width),
    z: z + slicesBefore + offset(plane),
    sigma: sigma * 2 ** (scale / LEVELS),
    response: own[i]!,
    curvatures: symmetricEigenvalues(hessianAt(data, i, width, plane, sigma ** 2)),
  };
}

/** Where the parabola through three values is highest, in steps from the middle one. */
function vertexOf(before: number, middle: number, after: number): number {
  const bend = before - 2 * middle + after;
  return bend >= 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)));
}

function hessianAt(d: Float32Array, i: number, width: number, plane: number, scale: number): Symmetric3 {
  const second = (step: number): number => scale * (d[i + step]! - 2 * d[i]! + d[i - step]!);
  const mixed = (a: number, b: number): number =>
    (scale * (d[i + a + b]! - d[i + a - b]! - d[i - a + b]! + d[i - a - b]!)) / 4;
  return {
    xx: second(1),
    yy: second(width),
    zz: second(plane),
    xy: mixed(1, width),
    xz: mixed(1, plane),
    yz: mixed(width, plane),
  };
}
