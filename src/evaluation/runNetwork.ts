import { InputError } from '../errors.js';
import { shareInBatches, shareOfLoss } from '../feed/batchShare.js';
import { correctedForShare } from '../scores/priorShift.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import type { Checkpoint } from '../training/run/loadCheckpoint.js';
import type { Learner } from '../training/step/learner.js';
import type { Volume } from '../volumes/voxels/volume.js';

/** A checkpoint without its arrays: the learner has them, and they are half a gigabyte. */
export type OpenedCheckpoint = Omit<Checkpoint, 'weights' | 'optimizer'>;

/** A run's network with what it was trained on. */
export interface RunNetwork {
  readonly learner: Learner;
  readonly checkpoint: OpenedCheckpoint;
  readonly format: PatchFormat;
}

/** What a network says of some patches, one value each. */
export interface PatchAnswers {
  readonly networkProbabilities: Float32Array;
  /** For the share of nodules that the run's data have. */
  readonly probabilities: Float64Array;
}

/** As `evaluate` predicts: the same bits. `batchHu` may be used again at once. */
export async function answersOf(
  network: RunNetwork,
  batchHu: Int16Array,
  rows: number,
): Promise<PatchAnswers> {
  const { probabilities } = await network.learner.predict(batchHu, rows);
  return { networkProbabilities: probabilities, probabilities: forShareOfData(network, probabilities) };
}

/** What the network says, for the share of nodules that the run's data have. */
export function forShareOfData(
  { checkpoint: { meta } }: RunNetwork,
  networkProbabilities: Float32Array,
): Float64Array {
  const { positives, rows: all } = meta.data!;
  const data = positives / all;
  const training = shareOfLoss(meta.config.loss, shareInBatches(meta.config.sampling, data));
  return correctedForShare(networkProbabilities, { training, data });
}

/** A nodule of 5 mm lies in one slice alone then: the network has seen no such. */
const THICKEST_SLICES_MM = 5;

/** Throws InputError (naming `file`) for slices in which small nodules cannot be told. */
export function requireThin({ spacingMm, direction }: Volume, file: string): void {
  // The axis nearest to the body's: that of the slices, or of their thickness.
  const upright = [0, 1, 2].reduce(
    (best, axis) => (Math.abs(direction[6 + axis]!) > Math.abs(direction[6 + best]!) ? axis : best),
    0,
  );
  const thicknessMm = spacingMm[upright]!;
  if (thicknessMm > THICKEST_SLICES_MM)
    throw new InputError(
      file,
      `expected slices of at most ${THICKEST_SLICES_MM} mm, received ${thicknessMm} mm: small nodules cannot be told in them`,
    );
}
