import type { Cluster } from '../config/cluster.js';
import { InputError } from '../errors.js';
import { factorsOfRows } from '../feed/batchShare.js';
import { definiteParts } from '../feed/parts.js';
import type { ScanLabels } from '../feed/rowLabels.js';
import type { Parts, Split } from '../feed/split.js';
import { given } from '../given.js';
import type { OwnLoss } from '../model/loss.js';
import type { Network } from '../model/network.js';
import type { PatchFile } from '../store/patchFile.js';
import { requireVoxels, sampleVoxels, valueScale } from '../store/voxelSample.js';
import type { TrainConfig } from './run/trainConfig.js';
import { createLearner } from './step/createLearner.js';
import type { Learner } from './step/learner.js';
import { rowsOfMicroBatch } from './step/placement.js';

/**
 * A configuration with what this patch file decides: scale, window and parts. A resumed run keeps its own. Throws InputError for
 * voxels that cannot be learned from, and for parts that cannot be made.
 */
export async function settledConfig(
  patches: PatchFile,
  labels: ScanLabels,
  wished: TrainConfig,
  before?: TrainConfig,
): Promise<TrainConfig & Parts> {
  const config = await withScaleOf(patches, withWindowOf(patches, wished, before), before);
  return { ...config, ...definiteParts(labels, config, config.data) };
}

/** Looks at the voxels before the first step; a resumed run keeps its own scale. Throws InputError for such as cannot be learned from. */
async function withScaleOf(
  patches: PatchFile,
  config: TrainConfig,
  before?: TrainConfig,
): Promise<TrainConfig> {
  const sample = await sampleVoxels(patches);
  requireVoxels(patches.path, sample, config.intensity);
  const scale =
    before === undefined ? valueScale(sample, config.intensity, config.windowHu) : before.valueScale;
  const { valueScale: _, ...others } = config;
  return scale === undefined ? others : { ...others, valueScale: scale };
}

/** With NORMALISATION = file the window is the one that the patch file records; a resumed run keeps its own. */
function withWindowOf({ path, format }: PatchFile, config: TrainConfig, before?: TrainConfig): TrainConfig {
  if (config.normalisation !== 'file') return config;
  if (before !== undefined) return { ...config, windowHu: before.windowHu };
  if (format.normalisation === undefined)
    throw new InputError(
      path,
      'NORMALISATION = file: expected a normalisation in the patch file, found none; crop with --normalise, or take NORMALISATION = window',
    );
  const { kind, lowHu, highHu } = format.normalisation;
  return { ...config, windowHu: { low: lowHu, high: highHu, clip: kind !== 'zscore' } };
}

/** Throws RangeError, InputError for a batch that the training rows cannot fill. */
export function requireBatch(
  { batchSize, data, holdout, validation }: TrainConfig,
  { positives, negatives }: Split,
): void {
  const rows = positives.length + negatives.length;
  if (batchSize < 2)
    throw new RangeError(`Expected a batch of at least 2 rows (one of each class), received ${batchSize}`);
  if (batchSize > rows)
    throw new InputError(
      data,
      `batch larger than the data: expected at most ${rows} (the training rows beside HOLDOUT ${holdout} and VALIDATION ${validation}), received BATCH_SIZE ${batchSize}`,
    );
}

/**
 * A learner of a run's network on its devices; of several processes this one's. `isLoaded`: its first weights come from elsewhere.
 * Throws EngineError, EnvironmentError, UsageError.
 */
export function learnerOfRun(
  config: TrainConfig,
  split: Split,
  network: Network,
  learningRateFactor: (step: number) => number,
  {
    cluster,
    loss: own,
    isLoaded = false,
  }: { readonly cluster?: Cluster; readonly loss?: OwnLoss | undefined; readonly isLoaded?: boolean } = {},
): Promise<Learner> {
  const ranks = cluster?.addresses.length ?? 1;
  const { strategy, devices, stages, microBatches, schedule, cuts } = config;
  return createLearner({
    ...config,
    batchLoss: {
      ...config.loss,
      classFactors: factorsOfRows(config.loss, config.sampling, split),
      ...given({ own }),
    },
    network,
    batchSize: rowsOfMicroBatch(config.batchSize, ranks),
    learningRateFactor,
    // Those of other ranks than the first come from it.
    firstWeights: isLoaded || (cluster !== undefined && cluster.rank > 0) ? 'zero' : 'drawn',
    parallel: { strategy, devices, stages, microBatches, schedule, ...(cuts.length > 0 ? { cuts } : {}) },
    ...given({ cluster }),
  });
}
