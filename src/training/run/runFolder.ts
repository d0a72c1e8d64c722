import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EnvironmentError, InputError, messageOf } from '../../errors.js';
import { isLocked, takeFolderLock } from '../../fileLock.js';
import { readJson } from '../../jsonPlace.js';
import { makeFolder, writeFileAtomically } from '../../paths.js';
import { type SeriesSplit, storedSplit } from './dataIdentity.js';
import { type Progress, truncateMetrics } from './metricsLog.js';
import { storedConfig } from './storedConfig.js';
import type { TrainConfig } from './trainConfig.js';

/** Makes this process the only one that writes a run; returns the release. Throws EnvironmentError, naming the other one. */
export function lockRun(run: string): () => void {
  return takeFolderLock(resolve(run), LOCK);
}

/** Whether a process writes the run now. */
export function isBeingWritten(run: string): boolean {
  return isLocked(join(resolve(run), LOCK));
}

const LOCK = 'run';

/**
 * Makes the run's folder with config.json, split.json (where the series are known) and an empty metrics.jsonl. Throws InputError
 * when something is there already.
 */
export function createRun(config: TrainConfig, split: SeriesSplit | undefined): void {
  const { run } = config;
  try {
    requireNew(run, `use another --out, or --resume ${run}`);
    makeFolder(run);
    // The first one: what has it can be resumed, whatever else a start that is killed has not made yet.
    writeConfig(config);
    if (split !== undefined) writeSplit(run, split);
    truncateMetrics(run, { epoch: 0, step: 0, validated: 0 });
  } catch (error) {
    // These say already what cannot be made or written.
    if (error instanceof InputError || error instanceof EnvironmentError) throw error;
    throw new EnvironmentError(
      `the run's folder ${run} cannot be made (${messageOf(error)}): choose another --out`,
      {
        cause: error,
      },
    );
  }
}

function requireNew(run: string, remedy: string): void {
  const isOthers = (name: string): boolean => !name.endsWith('.partial') && name !== `${LOCK}.lock`;
  if (existsSync(run) && readdirSync(run).some(isOthers))
    throw new InputError(run, `expected a new folder for the run, found other content; ${remedy}`);
}

/** In a run that is being made of weights from elsewhere: it is none before that is done. */
const IMPORTING = 'import.partial';
const IMPORTED = ['config.json', 'split.json', 'metrics.jsonl', 'origin.json', 'checkpoints', 'best', 'last'];

/** Marks a new run as one that is not whole; what an import that was killed has made of it goes. Throws InputError, EnvironmentError. */
export function beginImport(run: string): void {
  const mark = join(run, IMPORTING);
  if (existsSync(mark))
    for (const name of IMPORTED) rmSync(join(run, name), { recursive: true, force: true });
  requireNew(run, 'use another --out');
  writeFileAtomically(mark, '');
}

export function endImport(run: string): void {
  rmSync(join(run, IMPORTING));
}

/** A run that a resume will begin: its folder with config.json; one that is there stays as it is. Throws EnvironmentError. */
export function prepareRun(config: TrainConfig): void {
  if (existsSync(configFile(config.run))) return;
  makeFolder(config.run);
  writeConfig(config);
}

/** Before a resume: metrics of what was not kept are dropped, they come again; its series are those of the data of now. */
export function continueRun(config: TrainConfig, split: SeriesSplit, done: Progress): void {
  writeConfig(config);
  writeSplit(config.run, split);
  truncateMetrics(config.run, done);
}

/** The configuration that a run was started with. Throws InputError. */
export function readRunConfig(run: string): TrainConfig {
  if (!existsSync(run)) throw new InputError(run, 'expected the folder of a run, found nothing');
  if (existsSync(join(run, IMPORTING)))
    throw new InputError(run, 'expected a whole run, found one whose import was cut short: import it again');
  return storedConfig(readJson(configFile(run), 'the configuration of a run'));
}

/** In the folder of every run, from its first moment. */
export function configFile(run: string): string {
  return join(run, 'config.json');
}

/** Which series a run trains on; undefined for runs of earlier versions. Throws InputError. */
export function readRunSplit(run: string): SeriesSplit | undefined {
  const file = splitFile(run);
  return existsSync(file) ? storedSplit(readJson(file, "the run's series")) : undefined;
}

function splitFile(run: string): string {
  return join(run, 'split.json');
}

function writeSplit(run: string, split: SeriesSplit): void {
  writeFileAtomically(splitFile(run), `${JSON.stringify(split, null, 2)}\n`);
}

function writeConfig(config: TrainConfig): void {
  writeFileAtomically(configFile(config.run), `${JSON.stringify(config, null, 2)}\n`);
}
