import type { PatchShape } from '../feed/augment/patchShape.js';
import { copyMiddle, shapeOfCrop } from '../feed/centralCrop.js';
import { patchGeometry } from '../patches/patchGrid.js';
import { voxelsPerPatch } from '../store/patchFileContract.js';
import type { Matrix3, Vector3, Volume } from '../volumes/voxels/volume.js';
import { enlarged } from './enlarged.js';
import { coveringOf, dropsOf, type OcclusionOptions } from './occlusion.js';
import { forShareOfData, type RunNetwork } from './runNetwork.js';

/** Ways to find what speaks for a nodule in a patch. */
export const EXPLAIN_METHODS = ['grad-cam', 'occlusion'] as const;

/** Grad-CAM: by the gradient of the network's answer, in a moment, as finely as the map behind a piece. */
export interface GradCamOptions {
  readonly method: 'grad-cam';
  /** At whose end; default: the last piece with a map of more than one voxel. */
  readonly piece?: string;
}

/** How a prediction is explained. */
export type ExplainOptions = (GradCamOptions | OcclusionOptions) & {
  /** Of the scan that the patch was cut from, as a viewed patch has it; default: voxel axes as world axes. */
  readonly direction?: Matrix3;
};

/** What speaks for a nodule in a patch. */
export interface Explanation {
  /**
   * Float32 on the patch's grid, whose middle voxel lies at 0, 0, 0 mm as sliceViewer() has it: 1 where most speaks for a nodule, 0 where
   * nothing does, or something against it, and where the network does not see (CROP).
   */
  readonly map: Volume;
  /** As PredictedMark's. */
  readonly probability: number;
  readonly networkProbability: number;
  /** What the map's 1 stands for: of Grad-CAM in units of the logit, of occlusion the drop of the network's probability. 0: nothing speaks for a nodule, and the map is 0. */
  readonly strongest: number;
  /** Where the map is 1 (of several voxels their middle), x, y, z; undefined for a map of zeros. */
  readonly peakVoxel: Vector3 | undefined;
  /** In words: what was done, with its settings. */
  readonly how: string;
}

/** A map on the grid that the network sees, z, y, x, before it is scaled. */
interface Evidence extends Pick<Explanation, 'probability' | 'networkProbability' | 'how'> {
  readonly values: Float32Array | Float64Array;
}

/** Throws as Predictor.explain(). */
export async function explanationOf(
  network: RunNetwork,
  patchHu: Int16Array,
  options: ExplainOptions,
): Promise<Explanation> {
  const { format, checkpoint } = network;
  if (patchHu.length !== voxelsPerPatch(format))
    throw new RangeError(
      `Expected a patch of ${format.dim} x ${format.dim} x ${format.slices} = ${voxelsPerPatch(format)} voxels, received ${patchHu.length}`,
    );
  const shape = shapeOfCrop(format, checkpoint.meta.config.crop);
  const seenHu = new Int16Array(voxelsPerPatch(shape));
  copyMiddle(patchHu, format, shape, seenHu, 0);
  const { values, ...answer } =
    options.method === 'grad-cam'
      ? await byGradient(network, seenHu, shape, options)
      : await byOcclusion(network, seenHu, shape, options);
  let strongest = 0;
  for (const value of values) strongest = Math.max(strongest, value);
  const shares = Float32Array.from(values, (value) => (strongest > 0 ? Math.max(0, value) / strongest : 0));
  const map = { ...patchGeometry(format, options.direction), data: inMiddle(shares, shape, format) };
  return { map, ...answer, strongest, peakVoxel: strongest > 0 ? middleOfOnes(map) : undefined };
}

async function byGradient(
  network: RunNetwork,
  patchHu: Int16Array,
  { dim, slices }: PatchShape,
  { piece }: GradCamOptions,
): Promise<Evidence> {
  const found = await network.learner.gradCam(patchHu, piece);
  const { size, places, evidence, probability } = found;
  return {
    values: enlarged(evidence, size, places, [slices, dim, dim]),
    networkProbability: probability,
    probability: forShareOfData(network, Float32Array.of(probability))[0]!,
    how: `Grad-CAM at the end of piece ${found.piece}, whose map has ${size.toReversed().join(' x ')} voxels`,
  };
}

async function byOcclusion(
  network: RunNetwork,
  patchHu: Int16Array,
  shape: PatchShape,
  options: OcclusionOptions,
): Promise<Evidence> {
  const covering = coveringOf(shape, options);
  const { boxes, ...drops } = await dropsOf(network, patchHu, shape, covering, options);
  const { boxVoxels, strideVoxels, valueHu } = covering;
  return {
    ...drops,
    how: `occlusion by ${boxes} boxes of ${boxVoxels} voxels an edge, ${strideVoxels} apart, at ${valueHu} HU`,
  };
}

/** What the network sees of a patch, in its place among zeros. */
function inMiddle(values: Float32Array, shape: PatchShape, stored: PatchShape): Float32Array {
  const { dim, slices } = shape;
  const whole = new Float32Array(voxelsPerPatch(stored));
  const first = Math.floor(stored.dim / 2) - Math.floor(dim / 2);
  const firstSlice = Math.floor(stored.slices / 2) - Math.floor(slices / 2);
  for (let z = 0, from = 0; z < slices; z++)
    for (let y = 0; y < dim; y++, from += dim)
      whole.set(
        values.subarray(from, from + dim),
        ((z + firstSlice) * stored.dim + y + first) * stored.dim + first,
      );
  return whole;
}

/** Grad-CAM's map is even around the middle of a voxel that it was enlarged from, and beyond the outer ones. */
function middleOfOnes({ data, size: [width, height] }: Volume): Vector3 {
  const sums = [0, 0, 0];
  let count = 0;
  for (const [i, value] of data.entries()) {
    if (value < 1) continue;
    sums[0]! += i % width;
    sums[1]! += Math.floor(i / width) % height;
    sums[2]! += Math.floor(i / (width * height));
    count++;
  }
  return sums.map((sum) => Math.round(sum / count)) as unknown as Vector3;
}
