import type { Random } from '../random.js';

/** Standard deviation of the sum of the four bytes of a uniform 32-bit word: sqrt(4 * (256^2 - 1) / 12). */
const FOUR_BYTES_SD = 147.7994587;
/** Share of a slice's noise that the slice before has, too; 0.9^2 + 0.4359^2 = 1 keeps the variance. */
const [OWN, BEFORE] = [0.9, 0.4359];

/**
 * Noise of slice after slice: nearly normal, mean 0, standard deviation 1, correlated in plane as a kernel does
 * ([side 1 side] in x and in y; a negative `side` makes neighbours differ) and with the slice before.
 */
export function noiseSource(nx: number, ny: number, side: number, random: Random): () => Float32Array {
  const wide = nx + 2;
  const white = new Float32Array(wide * (ny + 2));
  const across = new Float32Array(white.length);
  const before = new Float32Array(nx * ny);
  const mixed = new Float32Array(nx * ny);
  // Dividing by the filter's length in both directions keeps the variance.
  const center = 1 / (FOUR_BYTES_SD * (1 + 2 * side * side));
  const beside = side * center;
  // xorshift32: fast, and the same on every machine.
  let state = (random.integer(2 ** 32 - 1) + 1) | 0;
  const nextSlice = (): Float32Array => {
    for (let at = 0; at < white.length; at++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      white[at] = (state & 255) + ((state >>> 8) & 255) + ((state >>> 16) & 255) + (state >>> 24) - 510;
    }
    for (let at = 1; at < white.length - 1; at++)
      across[at] = white[at]! + side * (white[at - 1]! + white[at + 1]!);
    for (let j = 0, to = 0; j < ny; j++)
      for (let at = (j + 1) * wide + 1; at < (j + 2) * wide - 1; at++, to++) {
        const fresh = center * across[at]! + beside * (across[at - wide]! + across[at + wide]!);
        mixed[to] = OWN * fresh + BEFORE * before[to]!;
        before[to] = fresh;
      }
    return mixed;
  };
  nextSlice();
  return nextSlice;
}
