import { throwIfAborted } from '../errors.js';
import type { PatchShape } from '../feed/augment/patchShape.js';
import type { Progress } from '../progress.js';
import { answersOf, type RunNetwork } from './runNetwork.js';

/** Occlusion sensitivity: by what the network answers when a box of the patch is covered; thousands of patches. */
export interface OcclusionOptions {
  readonly method: 'occlusion';
  /** Edge of the box, in voxels; default: an eighth of the patch along x. */
  readonly boxVoxels?: number;
  /** From box to box, in voxels; default: half of the box. */
  readonly strideVoxels?: number;
  /** What covers the box; default -1000 HU, air: a box as bright as the patch's mean would itself look like a nodule in lung. */
  readonly valueHu?: number;
  readonly signal?: AbortSignal;
  /** Hears how many covered patches are scored. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How the patch is covered, with every default filled in. */
export interface Covering {
  readonly boxVoxels: number;
  readonly strideVoxels: number;
  readonly valueHu: number;
}

/** The drop of the network's probability at each voxel, z, y, x, and the answers for the patch as it is. */
export interface Drops {
  readonly values: Float64Array;
  readonly probability: number;
  readonly networkProbability: number;
  readonly boxes: number;
}

/** Air: what the network sees as 0, and its convolutions pad with, where WINDOWS begin there. */
const COVER_HU = -1000;

/** Throws RangeError for what does not fit the patch. */
export function coveringOf({ dim, slices }: PatchShape, options: OcclusionOptions): Covering {
  const shortest = Math.min(dim, slices);
  const { boxVoxels = Math.min(shortest, Math.max(1, Math.round(dim / 8))) } = options;
  const { strideVoxels = Math.max(1, Math.floor(boxVoxels / 2)), valueHu = COVER_HU } = options;
  const require = (what: string, value: number, low: number, high: number): void => {
    if (!Number.isInteger(value) || value < low || value > high)
      throw new RangeError(`Expected ${what} from ${low} to ${high}, received ${value}`);
  };
  require('an edge of the box in whole voxels', boxVoxels, 1, shortest);
  // A longer stride would leave voxels that no box covers.
  require('a stride in whole voxels, of the box at most,', strideVoxels, 1, boxVoxels);
  require('whole HU', valueHu, -32_768, 32_767);
  return { boxVoxels, strideVoxels, valueHu };
}

/** First voxels of the boxes along an axis: the last one ends with the patch, whatever the stride. */
export function boxStarts(length: number, { boxVoxels, strideVoxels }: Covering): number[] {
  const last = length - boxVoxels;
  const count = Math.ceil(last / strideVoxels) + 1;
  return Array.from({ length: count }, (_, i) => Math.min(last, i * strideVoxels));
}

/**
 * Covers each box of a patch (HU, z, y, x) in turn and asks the network: at a voxel, the mean over the boxes that hold it of how far the
 * probability falls. In the batches and by the program that predictions are made with; in memory are one batch and two numbers a voxel.
 */
export async function dropsOf(
  network: RunNetwork,
  patchHu: Int16Array,
  shape: PatchShape,
  covering: Covering,
  { signal, onProgress }: Pick<OcclusionOptions, 'signal' | 'onProgress'>,
): Promise<Drops> {
  const boxes = boxesOf(shape, covering);
  const { batchSize } = network.learner;
  const voxels = patchHu.length;
  const batch = new Int16Array(batchSize * voxels);
  const [sums, counts] = [new Float64Array(voxels), new Uint32Array(voxels)];
  batch.set(patchHu);
  const plain = await answersOf(network, batch, 1);
  const networkProbability = plain.networkProbabilities[0]!;
  for (let from = 0; from < boxes.length; from += batchSize) {
    throwIfAborted(signal, 'explaining');
    const some = boxes.slice(from, from + batchSize);
    for (const [row, box] of some.entries()) {
      batch.set(patchHu, row * voxels);
      forEachRow(shape, covering, box, (at, length) =>
        batch.fill(covering.valueHu, row * voxels + at, row * voxels + at + length),
      );
    }
    const { networkProbabilities } = await answersOf(network, batch, some.length);
    for (const [row, box] of some.entries()) {
      const drop = networkProbability - networkProbabilities[row]!;
      forEachRow(shape, covering, box, (at, length) => {
        for (let i = at; i < at + length; i++) {
          sums[i]! += drop;
          counts[i]! += 1;
        }
      });
    }
    onProgress?.({ stage: 'explain', done: from + some.length, total: boxes.length, unit: 'patches' });
  }
  return {
    values: sums.map((sum, i) => sum / counts[i]!),
    probability: plain.probabilities[0]!,
    networkProbability,
    boxes: boxes.length,
  };
}

/** First voxel of a box. */
type Start = readonly [z: number, y: number, x: number];

function boxesOf({ dim, slices }: PatchShape, covering: Covering): Start[] {
  const [across, along] = [boxStarts(dim, covering), boxStarts(slices, covering)];
  return along.flatMap((z) => across.flatMap((y) => across.map((x): Start => [z, y, x])));
}

/** The runs of voxels that lie one after the other in a box. */
function forEachRow(
  { dim }: PatchShape,
  { boxVoxels }: Covering,
  [z, y, x]: Start,
  visit: (at: number, length: number) => void,
): void {
  for (let k = z; k < z + boxVoxels; k++)
    for (let j = y; j < y + boxVoxels; j++) visit((k * dim + j) * dim + x, boxVoxels);
}
