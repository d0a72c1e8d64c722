import type { Random } from '../random.js';
import type { Canvas } from './canvas.js';

/** HU that CT files hold; below is unreadable in 12 bits with intercept -1024. */
const LOWEST_HU = -1024;
const HIGHEST_HU = 3071;

/** Standard deviation of the sum of the four bytes of a uniform 32-bit word: sqrt(4 * (256^2 - 1) / 12). */
const FOUR_BYTES_SD = 147.7994587;

/**
 * Adds noise as a scanner's: normal, correlated over neighbouring voxels by its point spread ([1 2 1] in x and y, a
 * third of the slice before in z), stronger by `shoulderGain` at the top, where shoulders absorb more. Clamps to CT's range.
 */
export function addScannerNoise(
  canvas: Canvas,
  noise: { sdHu: number; smooth: boolean; shoulderGain: number },
  random: Random,
): void {
  const { data, size } = canvas;
  const [nx, ny, nz] = size;
  const words = wordSource(random);
  let before = drawSlice(nx, ny, noise.smooth, words);
  for (let k = 0; k < nz; k++) {
    const fresh = drawSlice(nx, ny, noise.smooth, words);
    const towardsHead = Math.max(0, (canvas.startMm[2] + k * canvas.stepMm[2]) / 100);
    // 0.9 and 0.436 keep the variance at 1: 0.9^2 + 0.436^2 = 1.
    const sd = noise.sdHu * (1 + noise.shoulderGain * towardsHead);
    const [a, b] = [0.9 * sd, 0.4359 * sd];
    const corner = k * nx * ny;
    for (let at = 0; at < nx * ny; at++) {
      const value = data[corner + at]! + a * fresh[at]! + b * before[at]!;
      data[corner + at] = Math.max(LOWEST_HU, Math.min(HIGHEST_HU, Math.round(value)));
    }
    before = fresh;
  }
}

/** xorshift32: fast, and the same on every machine. */
function wordSource(random: Random): () => number {
  let state = (random.integer(2 ** 32 - 1) + 1) | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
}

/** One slice of noise with variance 1; `smooth` = blurred as by a soft reconstruction kernel. */
function drawSlice(nx: number, ny: number, smooth: boolean, nextWord: () => number): Float32Array {
  const white = new Float32Array((nx + 2) * (ny + 2));
  for (let at = 0; at < white.length; at++) {
    const word = nextWord();
    white[at] =
      ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510) / FOUR_BYTES_SD;
  }
  // Centre weight c and side weight 1 a direction; dividing by (c^2 + 2) keeps the variance at 1 in two dimensions.
  const center = smooth ? 2 : 3.4;
  const divisor = center * center + 2;
  const wide = nx + 2;
  const across = new Float32Array(white.length);
  for (let at = 1; at < white.length - 1; at++)
    across[at] = center * white[at]! + white[at - 1]! + white[at + 1]!;
  const slice = new Float32Array(nx * ny);
  for (let j = 0; j < ny; j++)
    for (let i = 0; i < nx; i++) {
      const at = (j + 1) * wide + i + 1;
      slice[j * nx + i] = (center * across[at]! + across[at - wide]! + across[at + wide]!) / divisor;
    }
  return slice;
}
