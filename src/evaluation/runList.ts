import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { InputError } from '../errors.js';
import { isFolder } from '../paths.js';
import { linkTarget } from '../training/run/checkpoint.js';
import {
  readCheckpointMeta,
  type StoredMeta,
  type ValidationScores,
} from '../training/run/checkpointMeta.js';
import type { DataIdentity } from '../training/run/dataIdentity.js';
import { readRunConfig } from '../training/run/runFolder.js';
import { type RunOrigin, readOrigin } from '../training/run/runOrigin.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import { holdoutName } from './evaluatedRows.js';
import { evaluatedParts, readScores } from './evaluationFiles.js';

/** What is read of one run; null where it has none, or where what it has cannot be read (`problems` says why). */
export interface ListedRun {
  /** Below the folder that was looked through. */
  readonly run: string;
  /** ISO 8601: when it was begun, or, of earlier versions, when its files were last changed. */
  readonly date: string;
  /** Whole epochs and steps that are done, and epochs that are wanted. */
  readonly epoch: number | null;
  readonly step: number | null;
  readonly epochs: number | null;
  readonly best: ValidationScores | null;
  /** By part: `holdout-5`, `validation`, `holdout-5-tta-flips`. */
  readonly evaluations: Readonly<Record<string, EvaluationScores>>;
  /** That of the run's own hold-out. */
  readonly heldOut: EvaluationScores | null;
  /** First digits of a hash of the data's content: equal for the same data. */
  readonly data: string | null;
  readonly device: string | null;
  readonly seed: number | null;
  readonly revision: string | null;
  /** All settings, flat: `optimizer.name`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/** What is listed of one evaluation. */
export interface EvaluationScores {
  readonly rocAuc: number;
  /** Null where no table of nodules knew the scans. */
  readonly cpm: number | null;
  /** Of the checkpoint that was evaluated; null of earlier versions. */
  readonly epoch: number | null;
  /** Whether that is still the run's best or its last one: a run that went on has others. */
  readonly isCurrent: boolean;
}

/** What runs can be sorted by. */
export const RUN_ORDERS = ['date', 'loss', 'auc', 'cpm'] as const;

/** What runs are sorted by. */
export type RunOrder = (typeof RUN_ORDERS)[number];

/** Runs beside each other. */
export interface RunList {
  readonly runs: readonly ListedRun[];
  /** Settings in which these runs differ, but for their paths and their seed. */
  readonly differing: readonly string[];
}

/**
 * The runs in a folder and one level below (the folds of a cross-validation), or the run that the folder itself is: by date, the
 * newest last, or by validation loss, held-out ROC AUC or CPM, the best first and those without one last. A run that is damaged is
 * listed with what is wrong. Throws InputError where there is no such folder.
 * @example
 * for (const { run, best, heldOut } of listRuns(inRepository('runs'), 'auc').runs)
 *   console.log(run, best?.valLoss, heldOut?.rocAuc);
 */
export function listRuns(folder: string, order: RunOrder = 'date'): RunList {
  if (!isFolder(folder)) throw new InputError(folder, 'expected a folder of runs, found none');
  const runs = runFolders(folder).map((run) => listedRun(folder, run));
  const value = (run: ListedRun): number | string | null =>
    ({
      date: run.date,
      loss: run.best?.valLoss ?? null,
      auc: run.heldOut === null ? null : -run.heldOut.rocAuc,
      cpm: run.heldOut?.cpm == null ? null : -run.heldOut.cpm,
    })[order];
  const sorted = runs.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return left < right ? -1 : left > right ? 1 : 0;
  });
  return { runs: sorted, differing: differingSettings(runs) };
}

/** What makes a folder a run, whole or damaged. */
const SIGNS = ['config.json', 'metrics.jsonl', 'checkpoints'];

function runFolders(folder: string): string[] {
  const isRun = (path: string): boolean => SIGNS.some((name) => existsSync(join(path, name)));
  if (isRun(folder)) return [folder];
  const below = (path: string): string[] =>
    readdirSync(path)
      .sort()
      .map((name) => join(path, name))
      .filter(isFolder);
  return below(folder).flatMap((path) => (isRun(path) ? [path] : below(path).filter(isRun)));
}

function listedRun(folder: string, run: string): ListedRun {
  const problems: string[] = [];
  const read = <T>(what: () => T): T | undefined => {
    try {
      return what();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message.replace(`${run}/`, ''));
      return undefined;
    }
  };
  const config = read(() => readRunConfig(run));
  const origin = read(() => readOrigin(run));
  const last = read(() => lastMeta(run));
  const evaluations = Object.fromEntries(
    evaluatedParts(run).flatMap((part) => {
      const scores = read(() => scoresOf(run, part, last));
      return scores === undefined ? [] : [[part, scores]];
    }),
  );
  const data = origin?.data ?? last?.data;
  return {
    run: relative(folder, run) || basename(run),
    date: origin?.startedAt ?? statSync(run).mtime.toISOString(),
    epoch: last?.epoch ?? (last === null ? 0 : null),
    step: last?.step ?? (last === null ? 0 : null),
    epochs: config?.epochs ?? null,
    best: last?.best ?? null,
    evaluations,
    heldOut: config === undefined ? null : (evaluations[holdoutName(config.holdout)] ?? null),
    data: data === undefined ? null : digestOf(data),
    device: deviceOf(origin, last ?? undefined),
    seed: config?.seed ?? null,
    revision: origin?.revision ?? null,
    settings: config === undefined ? {} : flatSettings(config),
    problems,
  };
}

/** Null before the first checkpoint. */
function lastMeta(run: string): StoredMeta | null {
  const target = linkTarget(run, 'last');
  // A copy that followed the links has a folder in its place.
  if (target === undefined) return isFolder(join(run, 'last')) ? readCheckpointMeta(join(run, 'last')) : null;
  return readCheckpointMeta(join(run, 'checkpoints', target));
}

function scoresOf(run: string, part: string, last: StoredMeta | null | undefined): EvaluationScores {
  const { rocAuc, cpm, epoch, step } = readScores(run, part)!;
  const isCurrent = step === null || last == null || [last.step, last.best?.step].includes(step);
  return { epoch, isCurrent, rocAuc, cpm };
}

function digestOf(data: DataIdentity): string {
  return createHash('sha256')
    .update(`${data.labels} ${data.voxels} ${data.patches}`)
    .digest('hex')
    .slice(0, 8);
}

/** `2 x CPU:0 CPU:1`: of each of several processes. */
function deviceOf(origin: RunOrigin | undefined, last: StoredMeta | undefined): string | null {
  if (origin === undefined) return last === undefined ? null : String(last.layout.device ?? 'unknown');
  return `${origin.ranks > 1 ? `${origin.ranks} x ` : ''}${origin.devices.join(' ')}`;
}

function flatSettings(config: TrainConfig): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [below, inner] of Object.entries(value)) flat[`${key}.${below}`] = inner;
    else flat[key] = value;
  return flat;
}

/** Where a run lies, what has a column of its own, and what a checkpoint's path says already. */
const NOT_COMPARED = ['data', 'run', 'seed', 'from.epoch', 'from.step', 'from.crc32'];

function differingSettings(runs: readonly ListedRun[]): string[] {
  const whole = runs.filter(({ settings }) => Object.keys(settings).length > 0);
  const keys = [...new Set(whole.flatMap(({ settings }) => Object.keys(settings)))];
  return keys.filter(
    (key) =>
      !NOT_COMPARED.includes(key) &&
      new Set(whole.map(({ settings }) => JSON.stringify(settings[key]))).size > 1,
  );
}
