import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Cluster, clusterOf, placeOnHost } from '../config/cluster.js';
import { LOSSES } from '../config/lossSettings.js';
import { NETWORK_NAMES } from '../config/networkNames.js';
import { SAMPLINGS } from '../config/samplingSettings.js';
import {
  TRAINING_KEYS as K,
  MODEL_CONFIG_FILE,
  PRECISIONS,
  SCHEDULES,
  STRATEGIES,
} from '../config/trainingSettings.js';
import { UsageError } from '../errors.js';
import { feedFigure } from '../figures/feedFigure.js';
import { accuracyFigure, lossFigure } from '../figures/trainingFigures.js';
import { given } from '../given.js';
import { withRecordedUse } from '../gpu/live/recordUse.js';
import { writeFileAtomically } from '../paths.js';
import { percent } from '../percent.js';
import { progressLine } from '../progress.js';
import { FEWEST_STEPS } from '../training/findRate.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import type { EndRecord, TrainRecord } from '../training/run/trainRecords.js';
import { type TrainOptions, train } from '../training/train.js';
import { recordsOf } from './figureSources.js';
import { launchProcesses } from './launchProcesses.js';
import { ofKey, wholeNumber, withInterrupt } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { reportRate } from './reportRate.js';
import { print, printJson, say } from './standardStreams.js';
import { configOf, removeIfEmpty, threadShare, visibleGpus, visibleGpusOfAll } from './trainConfigOf.js';
import type { TrainFlags } from './trainFlags.js';
import { drawing } from './trainProgress.js';

export const registerTrainCommand: RegisterCommand = (program) => {
  withTrainingOptions(
    program
      .command('train')
      .description(
        'Trains a network on a patch file: balanced batches, subsets that choose, subsets held out, a checkpoint an epoch.',
      ),
  )
    .option('--processes <n>', 'start so many processes on this machine', wholeNumber(1, 1024))
    .option(
      '--cluster <addresses>',
      'host:port of each process, in order of rank (default: TF_CONFIG, Slurm)',
    )
    .option('--rank <n>', 'this process among those of --cluster, from 0', wholeNumber(0))
    .option(
      '--open-ports',
      'close no port: for networks of your own where that cannot be done; who reaches one can read and write your files',
    )
    .option(
      '--record-gpu',
      'record the use of GPUs and machine as RUN/gpu.jsonl (default: where a GPU is), for voxlab gpu summary and plot',
    )
    .option('--no-record-gpu', 'record nothing')
    .option('--profile', 'write the times of five steps as a Chrome trace: RUN/profile-rank0.json')
    .option('--holdout <k>', 'subset that training never sees, or several: 5,6', ofKey(K.HOLDOUT))
    .option(
      '--validation <k>',
      'subsets that choose the best network, `scans` (a tenth of them) or `auto` (the subset behind the hold-out)',
      ofKey(K.VALIDATION),
    )
    .option('--folds <n>', 'folds of whole scans in place of subsets', ofKey(K.FOLDS))
    .option('--out <folder>', "the run's folder (default: a new one in RUNS_DIR)")
    .option(
      '--from <run>',
      'begin with the weights of another run (its best), or of a checkpoint folder, to tune them further',
    )
    .option(
      '--find-rate [steps]',
      'make no run: try rising learning rates in 100 steps, or so many, and say which to take',
      wholeNumber(FEWEST_STEPS),
    )
    .option('--resume <run>', 'go on from the last checkpoint of a run, with its own settings')
    .option('--json', 'one JSON document on stdout: {run, epochs, steps, best:{epoch, valLoss, rocAuc}}')
    .action(runTrain);
};

/** Adds what decides how one network is trained, for `train` and `crossval`. */
export function withTrainingOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings; flags go before them', MODEL_CONFIG_FILE)
    .option('--data <file>', 'the patch file (default: the only *-patch.hdf5 in DATA_DIR)')
    .option('--epochs <n>', 'passes of as many patches as there are training rows', ofKey(K.EPOCHS))
    .option('--batch <n>', 'patches a step', ofKey(K.BATCH_SIZE))
    .option('--strategy <name>', `how devices share the work: ${STRATEGIES.join(', ')}`, ofKey(K.STRATEGY))
    .option('--devices <n>', 'devices of each process', ofKey(K.NUM_GPUS))
    .option('--stages <n>', 'stages of each pipeline of `hybrid`', ofKey(K.STAGES))
    .option('--micro-batches <n>', "parts of a device's batch, one after the other", ofKey(K.MICRO_BATCHES))
    .option(
      '--schedule <name>',
      `order of micro-batches in a pipeline: ${SCHEDULES.join(', ')}`,
      ofKey(K.SCHEDULE),
    )
    .option('--cuts <pieces>', 'where later stages begin, such as s2b1,s3b1 (default: measured)')
    .option('--sync-batch-norm', 'batch norm over all devices of all processes together')
    .option('--timeout <s>', 'seconds that processes wait for each other', ofKey(K.TIMEOUT_SECONDS))
    .option(
      '--precision <name>',
      `of convolutions: ${PRECISIONS.join(', ')}; auto measures`,
      ofKey(K.PRECISION),
    )
    .option('--recompute', 'less memory, more time: the backward pass computes activations again')
    .option('--allow-shared-scans', 'train on scans that other subsets hold out or choose by')
    .option('--crop <n>', 'voxels of the middle of each stored patch', ofKey(K.CROP))
    .option(
      '--intensity <name>',
      'what voxels mean: hu, unit (0 to 1), float (any range)',
      ofKey(K.INTENSITY),
    )
    .option('--sampling <name>', `how rows of a batch are chosen: ${SAMPLINGS.join(', ')}`, ofKey(K.SAMPLING))
    .option('--positive-share <x>', 'of weighted: share of nodules', ofKey(K.POSITIVE_SHARE))
    .option(
      '--class-names <names>',
      'of class 0 and 1, in figures and texts: benign,nodule',
      ofKey(K.CLASS_NAMES),
    )
    .option('--loss <name>', `what steps make smaller: ${LOSSES.join(', ')}`, ofKey(K.LOSS))
    .option(
      '--class-weights <list>',
      'factors of the loss of others and of nodules, such as 1,4; auto; none',
      ofKey(K.CLASS_WEIGHTS),
    )
    .option(
      '--hard-negatives <x>',
      "share of negatives from the last epoch's hardest",
      ofKey(K.HARD_NEGATIVES),
    )
    .option('--seed <n>', 'decides first weights, order and augmentation', ofKey(K.SEED))
    .option('--learning-rate <x>', 'how far a step goes, before DECAY and BASE_BATCH', ofKey(K.LEARNING_RATE))
    .option('--network <name>', `one of ${NETWORK_NAMES.join(', ')}, or a file of your own`, ofKey(K.NETWORK))
    .option('--filters <n>', "channels of the first stage (default: the network's own)", wholeNumber(1, 1024))
    .option('--dropout <x>', 'share of the last features that each step leaves out', ofKey(K.DROPOUT))
    .option('--windows <list>', 'HU windows, a channel each: -1000:400,-160:240', ofKey(K.WINDOWS))
    .option('--augment <list>', 'what is done to patches, such as flips,rotations90,shift:2,noise:10')
    .option('--no-augment', 'train on the patches as they are')
    .option(
      '--checkpoint-minutes <x>',
      'inside an epoch a checkpoint whenever so many minutes have gone by; 0 = none',
      ofKey(K.CHECKPOINT_MINUTES),
    )
    .option('--checkpoint-steps <n>', 'the same after so many steps; 0 = none', ofKey(K.CHECKPOINT_STEPS))
    .option(
      '--validate-steps <n>',
      "score the validation rows after each so many steps, too, and keep the best; 0 = at each epoch's end alone",
      ofKey(K.VALIDATE_STEPS),
    )
    .option('--threads <n>', 'threads for computing; 0 = one a core (default)', wholeNumber(0, 1024));
}

async function runTrain(flags: TrainFlags): Promise<void> {
  const config = await configOf(flags);
  try {
    if (flags.findRate === undefined) await trainWith(config, flags);
    else await reportRate(config, flags, flags.findRate === true ? 100 : flags.findRate);
  } finally {
    if (flags.out === undefined && flags.resume === undefined) removeIfEmpty(config.run);
  }
}

async function trainWith(config: TrainConfig, flags: TrainFlags): Promise<void> {
  const cluster = clusterOf(flags, process.env);
  const { processes = 1 } = flags;
  if (cluster === undefined && processes > 1) {
    const gpusOfAll = visibleGpusOfAll(flags, config.devices, processes, process.env);
    return launchProcesses(processes, sharedFlags(flags, config, processes), (index) => gpusOfAll[index]);
  }
  const place = cluster === undefined ? { index: 0, count: 1 } : placeOnHost(cluster);
  const gpus = visibleGpus(flags, config.devices, place, process.env);
  if (gpus !== undefined) process.env.CUDA_VISIBLE_DEVICES = gpus;
  if (cluster !== undefined && flags.out === undefined && flags.resume === undefined)
    throw new UsageError('several processes: expected --out or --resume, the same for all, received neither');
  const line = progressLine();
  let end: EndRecord | undefined;
  let reading = '';
  await withInterrupt(async (signal) => {
    const draw = drawing(line, config);
    const options: TrainOptions = {
      signal,
      resume: flags.resume !== undefined,
      profile: flags.profile === true,
      openPorts: flags.openPorts === true,
      ...given({ cluster }),
    };
    const records = train(config, options);
    for await (const record of recorded(records, flags, cluster)) {
      draw(record);
      if (record.kind !== 'end') continue;
      end = record;
      // Before the run is another process' to write.
      if ((cluster?.rank ?? 0) === 0) reading = drawFigures(record.run);
    }
  }).finally(() => line.end());
  if ((cluster?.rank ?? 0) > 0) return;
  const { run, epochs, steps, best, stoppedEarly } = end!;
  if (flags.json === true) printJson({ run, epochs, steps, best });
  else
    print(
      `${epochs} epochs, ${steps} steps in ${run}${stoppedEarly ? `\n  stopped early: no lower validation loss for ${config.earlyStopping} epochs (EARLY_STOPPING)` : ''}\n  best: epoch ${best.epoch}${best.step % (steps / epochs) === 0 ? '' : `, step ${best.step}`}, validation loss ${best.valLoss.toFixed(4)}, accuracy ${percent(best.accuracy)}, ROC AUC ${best.rocAuc.toFixed(3)}\n  figures: ${['loss', 'accuracy', 'feed'].map((name) => join(run, `${name}.svg`)).join(', ')}\n  ${reading}${useOf(run)}\n  next: npx voxlab evaluate ${run}\n`,
    );
}

/** How to look at what was recorded beside the run. */
function useOf(run: string): string {
  const file = join(run, 'gpu.jsonl');
  return existsSync(file) ? `\n  use of the machine: npx voxlab gpu summary ${file}` : '';
}

/** The first process of a run records the use of its machine; a recording that fails harms no run. */
function recorded(
  records: AsyncIterable<TrainRecord>,
  { recordGpu }: TrainFlags,
  cluster: Cluster | undefined,
): AsyncIterable<TrainRecord> {
  if (recordGpu === false || (cluster?.rank ?? 0) > 0) return records;
  return withRecordedUse(records, {
    when: recordGpu === true ? 'always' : 'where-a-gpu-is',
    onTrouble: (text) => say(`note: ${text}\n`),
  });
}

/** Returns what the figure of the feed says. */
function drawFigures(run: string): string {
  const metrics = recordsOf(run);
  writeFileAtomically(join(run, 'loss.svg'), lossFigure(metrics).svg());
  writeFileAtomically(join(run, 'accuracy.svg'), accuracyFigure(metrics).svg());
  const reading = feedFigure(metrics);
  writeFileAtomically(join(run, 'feed.svg'), reading.svg());
  return reading.title;
}

/** What all processes of one launch must have alike, and their share of the cores. */
function sharedFlags(
  { out, resume, threads }: TrainFlags,
  { run, devices }: TrainConfig,
  processes: number,
): string[] {
  return [
    ...(out === undefined && resume === undefined ? ['--out', run] : []),
    ...((threads ?? 0) === 0 ? ['--threads', String(threadShare(processes, devices))] : []),
  ];
}
