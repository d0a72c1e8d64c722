import { awaitReadable } from '../awaitReadable.js';
import { isNetworkName } from '../config/networkNames.js';
import { orderOf } from '../feed/orderOf.js';
import { scanLabels } from '../feed/rowLabels.js';
import { splitRows } from '../feed/split.js';
import type { OwnNetwork } from '../model/ownNetwork.js';
import { openPatchFile } from '../store/patchFile.js';
import { moveLink, saveCheckpoint, takeSnapshot } from '../training/run/checkpoint.js';
import type { CheckpointMeta } from '../training/run/checkpointMeta.js';
import { dataIdentity, patchFormatOf, type SeriesSplit } from '../training/run/dataIdentity.js';
import { loadLinked } from '../training/run/loadCheckpoint.js';
import { type NetworkOfRun, networkOfRun, withIdentity } from '../training/run/networkOfRun.js';
import { beginImport, createRun, endImport, lockRun, readRunSplit } from '../training/run/runFolder.js';
import { writeOrigin } from '../training/run/runOrigin.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import { trainedData } from '../training/run/trainedOn.js';
import { settledConfig } from '../training/runData.js';
import { createLearner } from '../training/step/createLearner.js';
import type { NamedArray } from '../training/step/learner.js';
import { machineLayout } from '../training/step/machineLayout.js';
import { VERSION } from '../version.js';
import { readNetwork, requireWeightsFile } from './readNetwork.js';

/** Where imported weights get what a file of weights does not say: window, patches, parts of the data. */
export type ImportOrigin =
  /** A run whose network has learned on elsewhere: its settings, data and parts. */
  | { readonly like: string }
  /** A patch file and settings; what scans the weights were trained on is not known then. */
  | { readonly config: TrainConfig };

/** What importNetwork() reads, and the run that it makes. */
export interface ImportOptions {
  /** `*.keras`, `*.h5`, `*.weights.h5` or `*.safetensors`. */
  readonly file: string;
  readonly origin: ImportOrigin;
  /** The new run's folder, absolute. */
  readonly run: string;
  /** Of one's own, where the settings name it and no file holds it. */
  readonly network?: OwnNetwork | undefined;
}

/** What importNetwork() made. */
export interface ImportResult {
  readonly run: string;
  readonly network: string;
  readonly filters: number;
  /** Numbers in all arrays. */
  readonly parameters: number;
  /** What the user is told of it. */
  readonly notes: readonly string[];
}

/**
 * Makes a run of weights from elsewhere, with one checkpoint `epoch-0000`: `evaluate`, `predict`, `export`, `train --from` and
 * `train --resume` take it. Throws UsageError, InputError (another network: the first array that differs), EnvironmentError.
 * @example
 * const like = inRepository('runs/start');
 * const { path } = await exportNetwork({ run: like, to: 'safetensors', checkpoint: 'best' });
 * const run = inRepository('runs/learned-elsewhere');
 * const { parameters } = await importNetwork({ file: path, origin: { like }, run });
 * console.log(`${parameters} numbers`);
 */
export async function importNetwork({ file, origin, run, network }: ImportOptions): Promise<ImportResult> {
  await awaitReadable(file);
  requireWeightsFile(file);
  const like = 'like' in origin ? await baseOfRun(origin.like) : undefined;
  const base = like ?? (await baseOfData((origin as { readonly config: TrainConfig }).config));
  const found = await networkFor(base, 'like' in origin ? origin.like : run, network);
  const { name } = found.network;
  // Of one of the table the file says how wide it is.
  const expected =
    like === undefined && isNetworkName(name) ? { name, channels: found.network.channels } : found.network;
  const { network: read, weights } = await readNetwork(file, expected);
  const { split, ...progress } = base;
  const filters = read.filters ?? base.config.filters;
  const unlock = lockRun(run);
  try {
    beginImport(run);
    const { from: _, ...settings } = base.config;
    await writeRun({ ...settings, filters, network: name, run }, split, progress, weights, found);
    endImport(run);
  } finally {
    unlock();
  }
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  return {
    ...{ run, network: name, filters, parameters },
    notes:
      split === undefined
        ? ['what scans these weights were trained on is not known: scores may be too good']
        : [],
  };
}

/** What a new run takes beside its weights. */
interface Base extends Required<Pick<CheckpointMeta, 'data'>>, Pick<CheckpointMeta, 'stepsPerEpoch'> {
  readonly config: TrainConfig;
  readonly split: SeriesSplit | undefined;
}

function networkFor({ config, data }: Base, run: string, own: OwnNetwork | undefined): Promise<NetworkOfRun> {
  return networkOfRun(config, patchFormatOf(data, config.data), run, own);
}

async function baseOfRun(run: string): Promise<Base> {
  const { meta } = await loadLinked(run, 'last');
  const { config, stepsPerEpoch } = meta;
  return { config, data: trainedData(meta, run), stepsPerEpoch, split: readRunSplit(run) };
}

async function baseOfData(given: TrainConfig): Promise<Base> {
  const patches = await openPatchFile(given.data);
  try {
    const labels = scanLabels(patches);
    const config = await settledConfig(patches, labels, given);
    const { sampling, batchSize, seed } = config;
    const { stepsPerEpoch } = orderOf(sampling, splitRows(labels, config, config.data), batchSize, seed);
    return { config, stepsPerEpoch, data: await dataIdentity(patches, labels), split: undefined };
  } finally {
    patches.close();
  }
}

/** The optimiser's state is that of a learner whose weights come from elsewhere: it begins anew. */
async function writeRun(
  given: TrainConfig,
  split: SeriesSplit | undefined,
  { data, stepsPerEpoch }: Pick<Base, 'data' | 'stepsPerEpoch'>,
  weights: ReadonlyMap<string, NamedArray>,
  found: NetworkOfRun,
): Promise<void> {
  const { network } = isNetworkName(given.network)
    ? await networkFor({ config: given, data, stepsPerEpoch, split }, given.run, undefined)
    : found;
  const learner = await createLearner({
    ...given,
    precision: given.precision === 'auto' ? 'float32' : given.precision,
    network,
  });
  try {
    const config = withIdentity(given, found);
    await learner.load(weights);
    createRun(config, split);
    writeOrigin(config.run, learner, data);
    const meta: CheckpointMeta = {
      ...{ program: `voxlab ${VERSION}`, config, data, stepsPerEpoch, layout: machineLayout() },
      ...{ epoch: 0, step: 0, validated: 0 },
    };
    const folder = await saveCheckpoint(config.run, await takeSnapshot(learner, meta));
    // Without scores, but the only one there is.
    await moveLink(config.run, 'best', folder);
  } finally {
    learner.dispose();
  }
}
