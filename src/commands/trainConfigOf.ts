import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { awaitReadable } from '../awaitReadable.js';
import { type AugmentPlan, parseAugment } from '../config/augmentPlan.js';
import type { PlaceOnHost } from '../config/cluster.js';
import { overlap } from '../config/holdout.js';
import type { SamplingSettings } from '../config/samplingSettings.js';
import {
  MODEL_CONFIG_FILE,
  readTrainingSettings,
  type TrainingSettings,
} from '../config/trainingSettings.js';
import { InputError, messageOf, UsageError } from '../errors.js';
import { gpuNumbers } from '../nvidiaGpus.js';
import { cannotWrite, makeFolder } from '../paths.js';
import { readRunConfig } from '../training/run/runFolder.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import { beginningOf } from './beginningOf.js';
import { DECIDING_FLAGS, RESUMABLE_FLAGS, settingsOf, type TrainFlags } from './trainFlags.js';

/** The configuration of a new run, or of one that is resumed. Throws UsageError, ConfigError, InputError. */
export async function configOf(flags: TrainFlags): Promise<TrainConfig> {
  return flags.resume === undefined ? newConfig(flags) : resumedConfig(flags, resolve(flags.resume));
}

/**
 * GPUs of a process of this machine: as many as it has devices, from GPUID on, or of those that CUDA_VISIBLE_DEVICES lists, which
 * goes before GPUID. TensorFlow reads the variable while it loads, which is later. Undefined where GPUID is empty. Throws UsageError for
 * GPUs that this machine has not, unless it has none: then the CPU computes.
 */
export function visibleGpus(
  flags: TrainFlags,
  devices: number,
  { index, count }: PlaceOnHost,
  environment: Readonly<Record<string, string | undefined>>,
  there: () => readonly number[] = gpuNumbers,
): string | undefined {
  const listed = environment.CUDA_VISIBLE_DEVICES;
  if (listed !== undefined) {
    const gpus = listed.split(',');
    // A list that is too short for all was divided before: by a scheduler, or by the process that started this one.
    const isWhole = count > 1 && gpus.length >= count * devices;
    return isWhole ? gpus.slice(index * devices, (index + 1) * devices).join(',') : listed;
  }
  const { gpu } = readTrainingSettings(resolve(flags.config));
  if (gpu < 0) return undefined;
  const wanted = Array.from({ length: devices }, (_, i) => gpu + index * devices + i);
  const numbers = there();
  if (numbers.length > 0 && !wanted.every((each) => numbers.includes(each)))
    throw new UsageError(
      `process ${index + 1} of ${count}, of ${devices} GPU${devices === 1 ? '' : 's'} each from GPUID ${gpu} on: expected GPUs of this machine (${numbers.join(', ')}), received ${wanted.join(', ')}; take fewer processes, jobs or devices`,
    );
  return wanted.join(',');
}

/** The same of each of the processes that are started together; this machine's GPUs are asked for once. */
export function visibleGpusOfAll(
  flags: TrainFlags,
  devices: number,
  count: number,
  environment: Readonly<Record<string, string | undefined>>,
): (string | undefined)[] {
  let numbers: readonly number[] | undefined;
  const there = (): readonly number[] => {
    numbers ??= gpuNumbers();
    return numbers;
  };
  return Array.from({ length: count }, (_, index) =>
    visibleGpus(flags, devices, { index, count }, environment, there),
  );
}

/** Cores for each of some processes that compute at the same time. */
export function threadShare(processes: number, devices: number): number {
  return Math.max(1, Math.floor(availableParallelism() / (processes * devices)));
}

async function newConfig(flags: TrainFlags): Promise<TrainConfig> {
  const settings = readTrainingSettings(resolve(flags.config));
  const { gpu: _, dataFolder, runsFolder, ...rest } = settings;
  for (const folder of [dataFolder, runsFolder]) await awaitReadable(folder);
  const data = flags.data === undefined ? onlyPatchFile(dataFolder) : resolve(flags.data);
  const sampling = samplingOf(flags, settings.sampling);
  const augment = augmentOf(flags, settings.augment);
  const parts = partsOf(flags, settings);
  const beginning = beginningOf(flags, settings);
  return {
    ...rest,
    data,
    // Last of what may fail: a new folder is made at once.
    run: flags.out === undefined ? newRunFolder(runsFolder) : resolve(flags.out),
    ...resumableOf(flags, settings),
    ...settingsOf(flags, DECIDING_FLAGS),
    ...parts,
    sampling,
    loss: {
      ...settings.loss,
      kind: flags.loss ?? settings.loss.kind,
      classWeights: flags.classWeights ?? settings.loss.classWeights,
    },
    batchSize: flags.batch ?? settings.batchSize,
    ...beginning,
    augment,
    threads: flags.threads ?? 0,
  };
}

/** What a run may have otherwise when it goes on. */
function resumableOf(flags: TrainFlags, before: Pick<TrainConfig, 'cuts' | 'timeoutSeconds'>) {
  return {
    ...settingsOf(flags, RESUMABLE_FLAGS),
    cuts: flags.cuts?.split(',').map((cut) => cut.trim()) ?? before.cuts,
    timeoutSeconds: flags.timeout ?? before.timeoutSeconds,
  };
}

function partsOf(flags: TrainFlags, settings: TrainingSettings): Pick<TrainConfig, 'holdout' | 'validation'> {
  const holdout = flags.holdout ?? settings.holdout;
  // Another hold-out than the settings' has no need of their validation.
  const isTaken =
    flags.validation === undefined && flags.holdout !== undefined && overlap(holdout, settings.validation);
  const validation = isTaken ? 'auto' : (flags.validation ?? settings.validation);
  if (overlap(holdout, validation))
    throw new UsageError(
      `--validation: expected other subsets than those held out (${holdout}), received ${validation}`,
    );
  return { holdout, validation };
}

function samplingOf(flags: TrainFlags, settings: SamplingSettings): SamplingSettings {
  const sampling = {
    ...settings,
    kind: flags.sampling ?? settings.kind,
    positiveShare: flags.positiveShare ?? settings.positiveShare,
    hardNegatives: flags.hardNegatives ?? settings.hardNegatives,
  };
  if (sampling.kind === 'natural' && sampling.hardNegatives > 0)
    throw new UsageError(
      `--sampling natural takes every row once: expected --hard-negatives 0, received ${sampling.hardNegatives}`,
    );
  return sampling;
}

function augmentOf({ augment }: TrainFlags, settings: AugmentPlan): AugmentPlan {
  if (augment === false) return {};
  if (augment === undefined || augment === true) return settings;
  try {
    return parseAugment(augment);
  } catch (error) {
    throw new UsageError(`--augment: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * A resumed run keeps what decides its result; more epochs, data that were moved, and how the work is spread may change
 * (the result is then the same but for rounding, and for batch norm where each device's share of a batch changes).
 */
function resumedConfig(flags: TrainFlags, run: string): TrainConfig {
  const others = [
    ...DECIDING_FLAGS,
    ...([
      'out',
      'from',
      'batch',
      'holdout',
      'validation',
      'sampling',
      'positiveShare',
      'hardNegatives',
    ] as const),
    ...(['augment', 'loss', 'classWeights', 'filters', 'network', 'windows'] as const),
  ];
  const given = others.find((name) => flags[name] !== undefined);
  const isOther = flags.config !== MODEL_CONFIG_FILE;
  if (given !== undefined || isOther)
    throw new UsageError(
      `--resume goes on with the run's own settings; expected no --${given === undefined ? 'config' : nameOf(flags, given)}, only --epochs, --data, --class-names, --validate-steps, --checkpoint-minutes, --checkpoint-steps, and devices, processes and how they share the work`,
    );
  const config = readRunConfig(run);
  return {
    ...config,
    run,
    ...resumableOf(flags, config),
    threads: flags.threads ?? config.threads,
    data: flags.data === undefined ? config.data : resolve(flags.data),
  };
}

/** As it was typed. */
function nameOf({ augment }: TrainFlags, flag: string): string {
  if (flag === 'augment' && augment === false) return 'no-augment';
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
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

/**
 * `runs/2026-11-24-122530`; a number behind it when that second has a run. Made here: of jobs in one second each has its own.
 * Throws EnvironmentError.
 */
export function newRunFolder(runs: string): string {
  makeFolder(runs);
  const now = new Date().toISOString().replace(/\..*/, '').replace('T', '-').replaceAll(':', '');
  for (let n = 1; ; n++) {
    const folder = join(runs, n === 1 ? now : `${now}-${n}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(folder, error);
    }
  }
}

/** One that newRunFolder() made, before the work began; after a failure nothing may be in it. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds a run, or the beginning of one, or has gone.
  }
}
