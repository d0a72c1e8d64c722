import type { Cluster } from '../config/cluster.js';
import { overlap } from '../config/holdout.js';
import { EngineError, InterruptedError, messageOf, UsageError } from '../errors.js';
import { orderOf } from '../feed/orderOf.js';
import type { RowFeed } from '../feed/rowFeed.js';
import { scanLabels } from '../feed/rowLabels.js';
import { type Split, splitRows } from '../feed/split.js';
import { given } from '../given.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { untilAborted } from '../untilAborted.js';
import { VERSION } from '../version.js';
import { openFeed } from './openFeed.js';
import { hostAddresses } from './ranks/hostAddresses.js';
import type { RankWatch } from './ranks/rankWatch.js';
import { sharedSecret } from './ranks/talkProof.js';
import { watchRanks } from './ranks/watchRanks.js';
import { type DataIdentity, dataIdentity, seriesSplit } from './run/dataIdentity.js';
import type { Progress } from './run/metricsLog.js';
import { networkOfRun, requireSameOperations, withIdentity, withOwnName } from './run/networkOfRun.js';
import { type ResumePoint, requireSameRun, requireSameSteps, resumePoint } from './run/resume.js';
import { continueRun, createRun, lockRun, readRunSplit } from './run/runFolder.js';
import { writeOrigin } from './run/runOrigin.js';
import { firstWeights } from './run/startingPoint.js';
import type { TrainConfig } from './run/trainConfig.js';
import { ControlState, heardBy, type OnRecord } from './run/trainControl.js';
import { startRecord, type TrainRecord } from './run/trainRecords.js';
import { learnerOfRun, requireBatch, settledConfig } from './runData.js';
import { runEpochs } from './runEpochs.js';
import type { Learner } from './step/learner.js';
import { learningRateFactor } from './step/learningRate.js';
import { requireMemory, sharedMemories } from './step/memory.js';
import { namesOf, type OwnParts } from './step/ownParts.js';

/** What train() is told beside the run's settings. */
export interface TrainOptions extends OwnParts {
  /** Stops after the step, or in the validation, that runs, and leaves a checkpoint of the last step. */
  readonly signal?: AbortSignal;
  /** Go on from the last checkpoint of the run, or begin again where there is none; with the run's own settings (resume.ts). */
  readonly resume?: boolean;
  /** Processes that train together, each on its part of every batch; the first one writes. */
  readonly cluster?: Cluster;
  /** Leave the ports of a cluster open to everyone, where they cannot be closed; whoever reaches them can read and write files. */
  readonly openPorts?: boolean;
  /** Write the times of some steps as a Chrome trace, RUN/profile-rank0.json. */
  readonly profile?: boolean;
  /** Called with each record before it is yielded; training waits for it. What it throws ends the run, which keeps a checkpoint. */
  readonly onRecord?: OnRecord;
}

/**
 * Trains a network on a patch file and yields what happens, record by record; the same records (but start and end) go to
 * the run's metrics.jsonl. An epoch has as many batches as the training rows fill; batches are drawn by seed and step, as the
 * sampling says. After each epoch the validation rows are scored and a checkpoint is written; in between, whenever it is time.
 * Throws ConfigError, InputError, EngineError (a loss that is not finite), EnvironmentError, InterruptedError, RangeError.
 * @example
 * const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
 * const settings = { ...readTrainingSettings(), filters: 4, epochs: 1, threads: 0 };
 * const config = { ...settings, data, run: inRepository('runs/mine') };
 * for await (const record of train(config)) {
 *   if (record.kind === 'step') console.log(`step ${record.step}: loss ${record.loss.toFixed(3)}`);
 *   if (record.kind === 'validation') console.log(`ROC AUC ${record.rocAuc.toFixed(3)}`);
 * }
 */
export async function* train(config: TrainConfig, options: TrainOptions = {}): AsyncGenerator<TrainRecord> {
  if (options.cluster === undefined) return yield* trainHere(config, options);
  requireModules(options);
  const heard = options.openPorts === true ? 'anyone' : await hostAddresses(options.cluster);
  const cluster: Cluster = { ...options.cluster, heard };
  const { signal: own } = options;
  const secret = sharedSecret(config.run, cluster.rank);
  const watch = await watchRanks(cluster, config.timeoutSeconds, secret, own);
  // One that is asked to stop asks all; each then stops as if it had been asked itself. Who was asked first is what it says:
  // `asked` is aborted before the others hear of it, where `own` itself would be only when all its listeners are through.
  const asked = new AbortController();
  const signal = AbortSignal.any([asked.signal, watch.stopping]);
  const stop = (): void => {
    asked.abort(own?.reason);
    watch.stop();
  };
  own?.addEventListener('abort', stop, { once: true });
  if (own?.aborted === true) stop();
  try {
    yield* trainHere(config, { ...options, cluster, signal }, watch);
    watch.leave();
  } catch (error) {
    const reason = await reasonOf(error, config.run, signal, watch);
    watch.leave(reason instanceof InterruptedError ? undefined : messageOf(reason));
    throw reason;
  } finally {
    own?.removeEventListener('abort', stop);
    // Also when its reader went away; after a failure it has left already.
    watch.leave();
  }
}

/** A process that is lost makes the others' sums fail: they say who it was, or that all were asked to stop. */
async function reasonOf(
  error: unknown,
  run: string,
  signal: AbortSignal,
  watch: RankWatch,
): Promise<unknown> {
  if (error instanceof InterruptedError) return error;
  if (signal.aborted && error instanceof EngineError)
    return new InterruptedError(`interrupted, as the other processes; go on with --resume ${run}`, {
      cause: error,
    });
  return watch.explain(error);
}

async function* trainHere(
  asked: TrainConfig,
  options: TrainOptions,
  watch?: RankWatch,
): AsyncGenerator<TrainRecord> {
  const { signal, resume = false } = options;
  const writes = (options.cluster?.rank ?? 0) === 0;
  const unlock = writes ? lockRun(asked.run) : undefined;
  let patches: PatchFile | undefined;
  let learner: Learner | undefined;
  let feed: RowFeed | undefined;
  try {
    const { before, notes } = resume ? await resumePoint(asked.run) : NEW_RUN;
    patches = await openPatchFile(asked.data);
    const labels = scanLabels(patches);
    const named = resume ? asked : withOwnName(asked, options.network);
    const { own: _, ...settled } = await settledConfig(patches, labels, named, before?.meta.config);
    let config: TrainConfig = { ...settled, ...given({ own: namesOf(options) }) };
    const data = await dataIdentity(patches, labels);
    if (before !== undefined) requireSameRun(config, data, before);
    if (!resume) requireApart(config);
    const split = splitRows(labels, settled, config.data);
    requireBatch(config, split);
    const { batchSize, sampling, seed } = config;
    const { stepsPerEpoch } = orderOf(sampling, split, batchSize, seed);
    if (before !== undefined) requireSameSteps(config, stepsPerEpoch, before.meta);
    const planned = learningRateFactor(config.learningRatePlan, { ...config, stepsPerEpoch });
    const control = new ControlState(before?.meta.rateFactor ?? 1, options.cluster?.addresses.length ?? 1);
    const factor = (step: number): number => planned(step) * control.rateFactor;
    const found = await networkOfRun(config, patches.format, config.run, options.network);
    const { network } = found;
    const agree = async (what: string, value: string): Promise<void> =>
      untilAborted(signal, `waiting for the other processes' ${what}`, watch?.agree(what, value) ?? NOTHING);
    // Sums of all never end when another process was stopped before it began with them. A wish to stop ends none of them:
    // the first step fulfils it on all.
    const together = <T>(work: Promise<T>): Promise<T> => Promise.race([work, ...(watch?.losses ?? [])]);
    const done: Progress = before?.meta ?? { epoch: 0, step: 0, validated: 0 };
    await agree('configuration', settingsText(config, split, stepsPerEpoch, data, done));
    const isLoaded = before !== undefined || config.from !== undefined;
    learner = await together(learnerOfRun(config, split, network, factor, { ...options, isLoaded }));
    if (before !== undefined) requireSameOperations(config.run, config, found);
    config = withIdentity(config, found);
    feed = openFeed(patches, config, learner.batchSize);
    await before?.loadInto(learner);
    const drawn = seriesSplit(labels, split, data);
    const first =
      before === undefined && config.from !== undefined
        ? await firstWeights(config.from, config, network, drawn)
        : undefined;
    if (first !== undefined) await learner.load(first.weights);
    await agree('program', await learner.digest());
    const memory = await learner.stepMemory();
    requireMemory(memory, config, sharedMemories(memory.map(({ device }) => device)));
    await together(learner.broadcast());
    await watch?.agree('weights', 'shared');
    const earlier = first?.series ?? (before === undefined ? undefined : readRunSplit(config.run)?.earlier);
    const series = earlier === undefined ? drawn : { ...drawn, earlier };
    if (writes) await before?.repair();
    if (writes && resume) continueRun(config, series, done);
    else if (writes) createRun(config, series);
    if (writes && before === undefined) writeOrigin(config.run, learner, data);
    const { input } = patches;
    const from = before?.meta;
    const told = options.openPorts === true && watch !== undefined ? [OPEN_PORTS, ...notes] : notes;
    const start = startRecord({
      ...{ config, learner, split, series, stepsPerEpoch, memory, input },
      ...{ notes: told, from, first },
    });
    await options.onRecord?.(start, control);
    yield start;
    const profiled = options.profile === true;
    const ready = { config, learner, feed, labels, split, stepsPerEpoch, data };
    const records = runEpochs({
      ...{ ...ready, signal, profiled, watch, before },
      ...{ parts: options, patchSize: network.inputSize, control },
    });
    yield* options.onRecord === undefined ? records : heardBy(records, options.onRecord, control);
  } finally {
    await feed?.close();
    learner?.dispose();
    patches?.close();
    unlock?.();
  }
}

const OPEN_PORTS = 'the ports are open: whoever reaches them can read and write files of this user';
const NOTHING = Promise.resolve();
const NEW_RUN: ResumePoint = { before: undefined, notes: [] };

/** What processes must have alike: all settings but where their files lie, the data, where they begin, and the version. */
function settingsText(
  { data: _, run: __, ...settings }: TrainConfig,
  split: Split,
  stepsPerEpoch: number,
  data: DataIdentity,
  { epoch, step }: Progress,
): string {
  const rows = [
    split.positives.length,
    split.negatives.length,
    split.validation.length,
    split.heldOut.length,
  ];
  const all = { version: VERSION, ...settings, rows, stepsPerEpoch, data, goesOnFrom: { epoch, step } };
  return Object.entries(all)
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .join('\n');
}

/** Throws UsageError for parts that only this process has, where others train with it. */
function requireModules({ cluster, network, loss, augment }: TrainOptions): void {
  const own = Object.entries({ network, loss, augment }).filter(([, part]) => part !== undefined);
  if (cluster === undefined || own.length === 0) return;
  throw new UsageError(
    `several processes: expected a network that each of them imports (NETWORK = its file), and no other part of one's own, received ${own.map(([name, part]) => `${name} ${JSON.stringify(part!.name)}`).join(', ')} of this program`,
  );
}

/** Throws RangeError for a subset that would choose the network and judge it. */
function requireApart({ holdout, validation }: TrainConfig): void {
  if (overlap(holdout, validation))
    throw new RangeError(`Expected a validation beside the hold-out ${holdout}, received ${validation}`);
}
