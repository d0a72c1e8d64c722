import { createRandom, type RandomState } from '../../random.js';
import { storedHu } from '../../volumes/voxels/storedHu.js';

/** Normal noise of one patch; plain data. */
export interface Noise {
  /** Standard deviation, HU. */
  readonly deviationHu: number;
  readonly random: RandomState;
}

/** Values of the table below; 16 bits of a random number choose one. */
const QUANTILES = 2 ** 16;

let quantiles: Float64Array | undefined;

/** Adds noise to `count` values from index `at`, in place; rounded half to even, clamped to int16. It cannot be undone. */
export function addNoise(
  into: Int16Array,
  at: number,
  count: number,
  { deviationHu, random: state }: Noise,
): void {
  quantiles ??= normalQuantiles();
  const random = createRandom(state);
  for (let i = at; i < at + count; i++)
    into[i] = storedHu(into[i]! + deviationHu * quantiles[random.integer(QUANTILES)]!);
}

/**
 * The standard normal distribution's quantiles at (i + 0.5) / 65536, to 4.3 standard deviations either way: a look-up costs a
 * tenth of Box and Muller's logarithm, root and cosine. The distribution function is summed by Simpson's rule.
 */
function normalQuantiles(): Float64Array {
  const table = new Float64Array(QUANTILES);
  const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const step = 1 / 4096;
  let z = 0;
  let below = 0.5;
  for (let i = QUANTILES / 2; i < QUANTILES; i++) {
    const wanted = (i + 0.5) / QUANTILES;
    for (;;) {
      const more = (step / 6) * (density(z) + 4 * density(z + step / 2) + density(z + step));
      if (below + more >= wanted) {
        table[i] = z + (step * (wanted - below)) / more;
        break;
      }
      below += more;
      z += step;
    }
    table[QUANTILES - 1 - i] = -table[i]!;
  }
  return table;
}
