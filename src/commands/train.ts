import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  MODEL_CONFIG_FILE,
  readTrainingSettings,
  STRATEGIES,
  type Strategy,
} from '../config/trainingSettings.js';
import { InputError, UsageError } from '../errors.js';
import { accuracyFigure, lossFigure } from '../figures/trainingFigures.js';
import { writeFileAtomically } from '../paths.js';
import { formatSeconds, progressLine } from '../progress.js';
import { readMetrics } from '../training/metricsLog.js';
import { readRunConfig } from '../training/runFolder.js';
import { type EndRecord, type TrainRecord, train } from '../training/train.js';
import type { TrainConfig } from '../training/trainConfig.js';
import { numberAbove, oneOf, printJson, wholeNumber, withInterrupt } from './options.js';
import type { RegisterCommand } from './program.js';

interface TrainFlags {
  readonly config: string;
  readonly data?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly strategy?: Strategy;
  readonly devices?: number;
  readonly holdout?: number;
  readonly seed?: number;
  readonly learningRate?: number;
  readonly filters: number;
  readonly augment: boolean;
  readonly threads: number;
  readonly json?: boolean;
}

export const registerTrainCommand: RegisterCommand = (program) => {
  program
    .command('train')
    .description(
      'Trains ResNet3D-18 on a patch file: balanced batches, one subset held out, a checkpoint an epoch.',
    )
    .option('--config <file>', 'settings; flags go before them', MODEL_CONFIG_FILE)
    .option('--data <file>', 'the patch file (default: the only *-patch.hdf5 in DATA_DIR)')
    .option('--epochs <n>', 'passes of as many patches as there are training rows', wholeNumber(1))
    .option('--batch <n>', 'patches a step', wholeNumber(2, 65536))
    .option('--strategy <name>', 'how devices share the work', oneOf(...STRATEGIES))
    .option('--devices <n>', 'devices to train on', wholeNumber(1, 1024))
    .option('--holdout <k>', 'subset that training never sees', wholeNumber(-1))
    .option('--seed <n>', 'decides first weights, order and augmentation', wholeNumber(0))
    .option('--learning-rate <x>', "Adam's step", numberAbove(0))
    .option('--filters <n>', 'channels of the first stage', wholeNumber(1, 1024), 64)
    .option('--no-augment', 'train on the patches as they are, without flips and rotations by 90°')
    .option('--threads <n>', 'threads for computing; 0 = one a core', wholeNumber(0, 1024), 0)
    .option('--out <folder>', "the run's folder (default: a new one in RUNS_DIR)")
    .option('--resume <run>', 'go on from the last checkpoint of a run, with its own settings')
    .option('--json', 'one JSON document on stdout: {run, epochs, steps, best:{epoch, valLoss, rocAuc}}')
    .action(runTrain);
};

async function runTrain(flags: TrainFlags): Promise<void> {
  const config = flags.resume === undefined ? newConfig(flags) : resumedConfig(flags, resolve(flags.resume));
  const line = progressLine();
  let end: EndRecord | undefined;
  await withInterrupt(async (signal) => {
    const draw = drawing(line, config);
    for await (const record of train(config, { signal, resume: flags.resume !== undefined })) {
      draw(record);
      if (record.kind === 'end') end = record;
    }
  }).finally(() => line.end());
  const { run, epochs, steps, best } = end!;
  const metrics = readMetrics(run);
  writeFileAtomically(join(run, 'loss.svg'), lossFigure(metrics).svg());
  writeFileAtomically(join(run, 'accuracy.svg'), accuracyFigure(metrics).svg());
  if (flags.json === true) printJson({ run, epochs, steps, best });
  else
    process.stdout.write(
      `${epochs} epochs, ${steps} steps in ${run}\n  best: epoch ${best.epoch}, validation loss ${best.valLoss.toFixed(4)}, accuracy ${(100 * best.accuracy).toFixed(1)} %, ROC AUC ${best.rocAuc.toFixed(3)}\n  figures: ${join(run, 'loss.svg')}, ${join(run, 'accuracy.svg')}\n  next: npx voxlab evaluate ${run}\n`,
    );
}

/** Progress with the pace of the last steps; a line that stays for each epoch. */
function drawing(
  line: ReturnType<typeof progressLine>,
  { batchSize }: TrainConfig,
): (record: TrainRecord) => void {
  let total = 0;
  const rates: number[] = [];
  return (record) => {
    if (record.kind === 'start') {
      total = record.steps;
      process.stderr.write(
        `training on ${record.positives} nodules and ${record.negatives} others, ${record.heldOut} patches held out; ${record.stepsPerEpoch} steps of ${batchSize} an epoch${record.stepsDone > 0 ? `, going on after step ${record.stepsDone}` : ''}\n`,
      );
      if (record.differences.length > 0)
        process.stderr.write(
          `note: not bit for bit as before, because of ${record.differences.join('; ')}\n`,
        );
    } else if (record.kind === 'step') {
      rates.push(record.patchesPerSecond);
      if (rates.length > 20) rates.shift();
      const rate = rates.reduce((sum, value) => sum + value, 0) / rates.length;
      line.update({
        stage: 'train',
        done: record.step,
        total,
        unit: 'steps',
        note: `epoch ${record.epoch}, loss ${record.loss.toFixed(3)}, ${rate.toFixed(1)} patches/s`,
      });
    } else if (record.kind === 'validation') {
      line.end();
      process.stderr.write(
        `epoch ${record.epoch}: validation loss ${record.loss.toFixed(4)}, accuracy ${(100 * record.accuracy).toFixed(1)} %, ROC AUC ${record.rocAuc.toFixed(3)} [${record.rocAucInterval.map((value) => value.toFixed(3)).join(', ')}] (${formatSeconds(record.seconds)})\n`,
      );
    }
  };
}

function newConfig(flags: TrainFlags): TrainConfig {
  const settings = readTrainingSettings(resolve(flags.config));
  // TensorFlow reads it while it loads, which is later; a value of the user's goes before GPUID.
  if (settings.gpu >= 0) process.env.CUDA_VISIBLE_DEVICES ??= String(settings.gpu);
  return {
    data: flags.data === undefined ? onlyPatchFile(settings.dataFolder) : resolve(flags.data),
    run: flags.out === undefined ? newRunFolder(settings.runsFolder) : resolve(flags.out),
    strategy: flags.strategy ?? settings.strategy,
    devices: flags.devices ?? settings.devices,
    holdout: flags.holdout ?? settings.holdout,
    batchSize: flags.batch ?? settings.batchSize,
    epochs: flags.epochs ?? settings.epochs,
    learningRate: flags.learningRate ?? settings.learningRate,
    l2: settings.l2,
    seed: flags.seed ?? settings.seed,
    windowHu: settings.windowHu,
    filters: flags.filters,
    augment: flags.augment,
    threads: flags.threads,
  };
}

/** A resumed run keeps its settings; more epochs, and data that were moved, are the two things that may change. */
function resumedConfig(flags: TrainFlags, run: string): TrainConfig {
  const others = ['out', 'batch', 'strategy', 'devices', 'holdout', 'seed', 'learningRate'] as const;
  const given = others.find((name) => flags[name] !== undefined);
  if (given !== undefined)
    throw new UsageError(
      `--resume goes on with the run's own settings; expected no --${given}, only --epochs and --data`,
    );
  const config = readRunConfig(run);
  return {
    ...config,
    run,
    epochs: flags.epochs ?? config.epochs,
    data: flags.data === undefined ? config.data : resolve(flags.data),
  };
}

function onlyPatchFile(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('-patch.hdf5')) : [];
  if (files.length === 1) return join(folder, files[0]!);
  throw new InputError(
    folder,
    files.length === 0
      ? 'expected a *-patch.hdf5 in DATA_DIR, found none; run: voxlab crop'
      : `expected one *-patch.hdf5 in DATA_DIR, found ${files.join(', ')}; name one with --data`,
  );
}

/** `runs/2026-11-24-122530`; a number behind it when that second has a run. */
function newRunFolder(runs: string): string {
  const now = new Date().toISOString().replace(/\..*/, '').replace('T', '-').replaceAll(':', '');
  for (let n = 1; ; n++) {
    const folder = join(runs, n === 1 ? now : `${now}-${n}`);
    if (!existsSync(folder)) return folder;
  }
}
