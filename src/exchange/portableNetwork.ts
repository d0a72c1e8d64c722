import type { ClassNames } from '../config/classNames.js';
import type { IntensityWindow } from '../config/networkSettings.js';
import { given } from '../given.js';
import type { Network } from '../model/network.js';
import type { OwnNetwork } from '../model/ownNetwork.js';
import { recordedNetwork } from '../model/recordedGraph.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import type { CheckpointLink } from '../training/run/checkpoint.js';
import { loadLinked } from '../training/run/loadCheckpoint.js';
import { networkOfRun, requireSameOperations } from '../training/run/networkOfRun.js';
import { weightsInUse } from '../training/run/startingPoint.js';
import { huPatchesOf } from '../training/run/trainedOn.js';
import type { NamedArray } from '../training/step/learner.js';
import { VERSION } from '../version.js';

/** The input of an exported network in every format: Hounsfield units, float32, axes n, z, y, x, c; its window is inside. */
export const INPUT_NAME = 'input_hu';
/** Its output: the probability of class 1, [n, 1]. */
export const OUTPUT_NAME = 'probability';

/** A run's network with all that another program needs to use it. */
export interface PortableNetwork {
  readonly network: Network;
  /** Hounsfield units that the network sees as 0 and 1. */
  readonly windowHu: IntensityWindow;
  /** Of its further channels. */
  readonly moreWindows: readonly IntensityWindow[];
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
export async function portableNetwork(
  run: string,
  link: CheckpointLink,
  own?: OwnNetwork,
): Promise<PortableNetwork> {
  const checkpoint = await loadLinked(run, link);
  const { config } = checkpoint.meta;
  const format = huPatchesOf(checkpoint.meta, run, 'which an exported network takes');
  const found = await networkOfRun(config, format, run, own);
  requireSameOperations(run, config, found);
  return {
    network: withGraph(found.network),
    windowHu: config.windowHu,
    moreWindows: config.moreWindows,
    classNames: config.classNames,
    format,
    weights: weightsInUse(checkpoint),
    checkpoint: checkpoint.folder.split('/').at(-1)!,
  };
}

/** A network of one's own with its graph, where it can be written as one. */
function withGraph(network: Network): Network {
  return network.graph === undefined ? { ...network, graph: recordedNetwork(network).graph } : network;
}

/** What an exported file says of itself, under the key `voxlab`. */
export function descriptionOf({
  network,
  windowHu,
  moreWindows,
  classNames,
  format,
  checkpoint,
}: PortableNetwork): Readonly<Record<string, unknown>> {
  const window = ({ low, high, clip = true }: IntensityWindow) => ({ low, high, clip });
  return {
    program: `voxlab ${VERSION}`,
    checkpoint,
    network: network.name,
    ...given({ filters: network.filters }),
    input: {
      name: INPUT_NAME,
      axes: 'nzyxc',
      shape: [null, ...network.inputSize, 1],
      unit: 'HU',
      spacingMmXyz: format.spacingMm,
      interpolation: format.interpolation,
    },
    windowHu: window(windowHu),
    ...(moreWindows.length === 0 ? {} : { moreWindowsHu: moreWindows.map(window) }),
    output: { name: OUTPUT_NAME, shape: [null, 1], means: `probability of ${classNames[1]}`, classNames },
  };
}
