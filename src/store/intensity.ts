/** How a patch file can record that its voxels are to be scaled. */
export const NORMALISATIONS = ['window', 'zscore', 'percentile'] as const;

/** How `crop --normalise` scales intensities: a window in HU, mean and standard deviation, or percentiles of all voxels. */
export type NormalisationRequest =
  | { readonly kind: 'window'; readonly lowHu: number; readonly highHu: number }
  | { readonly kind: 'zscore' }
  | { readonly kind: 'percentile'; readonly lowPercent: number; readonly highPercent: number };

/**
 * A scaling of HU that is recorded in a patch file and applied by training; the voxels themselves stay HU.
 * A value becomes (value - low) / (high - low), cut off at 0 and 1 unless it is a z-score.
 */
export interface Normalisation {
  readonly kind: (typeof NORMALISATIONS)[number];
  readonly lowHu: number;
  readonly highHu: number;
}

/** Counts of int16 voxels: exact moments and percentiles of any number of rows, in any order, in flat memory. */
export class IntensityHistogram {
  readonly #counts = new Float64Array(65536);
  #total = 0;

  add(voxelsHu: Int16Array): void {
    const counts = this.#counts;
    for (let i = 0; i < voxelsHu.length; i++) counts[voxelsHu[i]! + 32768]!++;
    this.#total += voxelsHu.length;
  }

  /** Without a voxel there is no mean and no percentile. */
  get isEmpty(): boolean {
    return this.#total === 0;
  }

  get meanHu(): number {
    let sum = 0;
    this.#counts.forEach((count, index) => {
      sum += count * (index - 32768);
    });
    return sum / this.#total;
  }

  /** Of the population (divided by the number of voxels). */
  get deviationHu(): number {
    const mean = this.meanHu;
    let sum = 0;
    this.#counts.forEach((count, index) => {
      sum += count * (index - 32768 - mean) ** 2;
    });
    return Math.sqrt(sum / this.#total);
  }

  /** Between the two nearest voxels in order, as numpy's default. */
  percentileHu(percent: number): number {
    const position = ((this.#total - 1) * percent) / 100;
    const before = Math.floor(position);
    const [low, high] = [this.#inOrder(before), this.#inOrder(Math.min(before + 1, this.#total - 1))];
    return low + (high - low) * (position - before);
  }

  /** The voxel at a place in ascending order, from 0. */
  #inOrder(place: number): number {
    let passed = 0;
    for (let index = 0; index < 65536; index++) {
      passed += this.#counts[index]!;
      if (passed > place) return index - 32768;
    }
    throw new RangeError(`Expected a place below ${this.#total}, received ${place}`);
  }
}

/** Of all rows together; a window needs none of them read. */
export async function measureNormalisation(
  request: NormalisationRequest,
  blocksHu: () => AsyncIterable<Int16Array>,
): Promise<Normalisation> {
  const histogram = new IntensityHistogram();
  if (request.kind !== 'window') for await (const block of blocksHu()) histogram.add(block);
  return normalisationOf(request, histogram);
}

/** Where all voxels are alike, one HU becomes 1: a division by 0 helps nobody. */
export function normalisationOf(request: NormalisationRequest, histogram: IntensityHistogram): Normalisation {
  const { kind } = request;
  const scale = (lowHu: number, highHu: number): Normalisation => ({
    kind,
    lowHu,
    highHu: highHu > lowHu ? highHu : lowHu + 1,
  });
  // A shard without rows: merging measures again.
  if (request.kind !== 'window' && histogram.isEmpty) return scale(0, 1);
  switch (request.kind) {
    case 'window':
      return scale(request.lowHu, request.highHu);
    case 'zscore': {
      const mean = histogram.meanHu;
      return scale(mean, mean + histogram.deviationHu);
    }
    case 'percentile':
      return scale(histogram.percentileHu(request.lowPercent), histogram.percentileHu(request.highPercent));
  }
}
