import { UsageError } from '../../errors.js';
import type { Batch } from '../../feed/batches.js';
import { given } from '../../given.js';
import type { OwnLoss } from '../../model/loss.js';
import type { OwnNetwork } from '../../model/ownNetwork.js';
import { createRandom, type Random } from '../../random.js';
import { openEngine } from '../../tensorflow/engine.js';
import { tf } from '../../tensorflow/tf.js';

/** What is done to a training patch at random, after what AUGMENT does. */
export interface OwnAugmentation {
  /** As checkpoints call it. */
  readonly name: string;
  /** Changes one patch in place. All that is random comes from `random`, which follows from seed, step and row: a resume repeats it. */
  readonly change: (patchHu: Int16Array, given: AugmentationInputs) => void;
}

/** What an augmentation of one's own is told of a patch. */
export interface AugmentationInputs {
  /** Voxels of the patch along z, y, x; x is fastest. */
  readonly size: readonly [depth: number, height: number, width: number];
  readonly random: Random;
}

/** A number of the validation rows: probabilities of class 1, and classes (0 or 1), row by row. */
export type OwnMetric = (probabilities: Float32Array, classes: readonly number[]) => number;

/** Parts of a training run that are one's own. */
export interface OwnParts {
  readonly network?: OwnNetwork | undefined;
  /** In place of LOSS; steps and validation have it. */
  readonly loss?: OwnLoss | undefined;
  readonly augment?: OwnAugmentation | undefined;
  /** By their names in the records of validations. */
  readonly metrics?: Readonly<Record<string, OwnMetric>> | undefined;
}

/** What a run's configuration says of own parts that decide its result, beside the network. Plain JSON. */
export interface OwnPartNames {
  readonly loss?: string;
  readonly augment?: string;
}

export function namesOf({ loss, augment }: OwnParts): OwnPartNames | undefined {
  if (loss === undefined && augment === undefined) return undefined;
  return given({ loss: loss?.name, augment: augment?.name });
}

/** Changes a batch in place. Throws UsageError for a change that fails. */
export function augmentBatch(
  { name, change }: OwnAugmentation,
  { inputHu, labels }: Batch,
  at: {
    readonly size: AugmentationInputs['size'];
    readonly seed: number;
    readonly step: number;
    readonly firstRow: number;
  },
): void {
  const voxels = at.size[0] * at.size[1] * at.size[2];
  for (let row = 0; row < labels.length; row++) {
    const random = createRandom(`${at.seed}/${name}/${at.step}/${at.firstRow + row}`);
    try {
      change(inputHu.subarray(row * voxels, (row + 1) * voxels), { size: at.size, random });
    } catch (error) {
      throw new UsageError(`augmentation ${JSON.stringify(name)}: ${String(error)}`, { cause: error });
    }
  }
}

/** The mean of an own loss over rows that were predicted; a probability of 0 or 1 counts as 1e-7 beside it. */
export function meanOwnLoss(loss: OwnLoss, probabilities: Float32Array, classes: readonly number[]): number {
  openEngine();
  const logits = probabilities.map((p) => {
    const within = Math.min(1 - 1e-7, Math.max(1e-7, p));
    return Math.log(within / (1 - within));
  });
  const mean = tf.tidy(() => loss.ofRows(tf.tensor1d(logits), tf.tensor1d([...classes])).mean());
  const [value] = mean.dataSync();
  mean.dispose();
  return value!;
}

/** Of each metric; null where it is no finite number, such as of rows that it says nothing of. */
export function ownMetrics(
  metrics: Readonly<Record<string, OwnMetric>>,
  probabilities: Float32Array,
  classes: readonly number[],
): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => {
      const value = metric(probabilities, classes);
      return [name, Number.isFinite(value) ? value : null];
    }),
  );
}
