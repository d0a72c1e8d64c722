import type { ClassNames } from '../config/classNames.js';
import type { IntensityWindow } from '../config/trainingSettings.js';
import { shapeOfCrop } from '../feed/centralCrop.js';
import type { NetworkOptions } from '../model/architecture.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import type { CheckpointLink } from '../training/checkpoint.js';
import type { NamedArray } from '../training/learner.js';
import { loadLinked } from '../training/loadCheckpoint.js';
import { weightsInUse } from '../training/startingPoint.js';
import { huPatchesOf } from '../training/trainedOn.js';
import { VERSION } from '../version.js';

/** The input of an exported network in every format: Hounsfield units, float32, axes n, z, y, x, c; its window is inside. */
export const INPUT_NAME = 'input_hu';
/** Its output: the probability of class 1, [n, 1]. */
export const OUTPUT_NAME = 'probability';

/** A run's network with all that another program needs to use it. */
export interface PortableNetwork {
  readonly network: NetworkOptions;
  /** Hounsfield units that the network sees as 0 and 1. */
  readonly windowHu: IntensityWindow;
  readonly classNames: ClassNames;
  /** Of the patches that it learned from. */
  readonly format: PatchFormat;
  /** As predictions use them: averaged where the run averages (EMA_DECAY). Names and layout as in the checkpoint. */
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** Name of the checkpoint: `epoch-0007`. */
  readonly checkpoint: string;
}

/**
 * Reads a checkpoint of a run. Throws InputError for a run without one, a damaged one, one of an earlier version, or one that
 * learned from other values than Hounsfield units.
 */
export async function portableNetwork(run: string, link: CheckpointLink): Promise<PortableNetwork> {
  const checkpoint = await loadLinked(run, link);
  const { config } = checkpoint.meta;
  const format = huPatchesOf(checkpoint.meta, run, 'which an exported network takes');
  const { dim, slices } = shapeOfCrop(format, config.crop);
  return {
    network: { inputSize: [slices, dim, dim], filters: config.filters },
    windowHu: config.windowHu,
    classNames: config.classNames,
    format,
    weights: weightsInUse(checkpoint),
    checkpoint: checkpoint.folder.split('/').at(-1)!,
  };
}

/** What an exported file says of itself, under the key `voxlab`. */
export function descriptionOf({
  network,
  windowHu,
  classNames,
  format,
  checkpoint,
}: PortableNetwork): Readonly<Record<string, unknown>> {
  const { low, high, clip = true } = windowHu;
  return {
    program: `voxlab ${VERSION}`,
    checkpoint,
    filters: network.filters,
    input: {
      name: INPUT_NAME,
      axes: 'nzyxc',
      shape: [null, ...network.inputSize, 1],
      unit: 'HU',
      spacingMmXyz: format.spacingMm,
      interpolation: format.interpolation,
    },
    windowHu: { low, high, clip },
    output: { name: OUTPUT_NAME, shape: [null, 1], means: `probability of ${classNames[1]}`, classNames },
  };
}
