import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { awaitReadable } from '../../awaitReadable.js';
import { InputError, messageOf } from '../../errors.js';
import type { HardNegatives } from '../../feed/hardNegatives.js';
import { given } from '../../given.js';
import { readJson } from '../../jsonPlace.js';
import type { NamedArray } from '../step/learner.js';
import {
  type CheckpointLink,
  checkpointName,
  checkpointNames,
  HARD_NEGATIVES_FILE,
  linkTarget,
  OPTIMIZER_FILE,
  WEIGHTS_FILE,
} from './checkpoint.js';
import { META_FILE, readCheckpointMeta, type StoredMeta } from './checkpointMeta.js';
import { configFile } from './runFolder.js';
import { readSafetensors } from './safetensors.js';

/** A checkpoint in memory, every part of it read and found whole. */
export interface Checkpoint {
  readonly folder: string;
  readonly meta: StoredMeta;
  readonly weights: ReadonlyMap<string, NamedArray>;
  readonly optimizer: ReadonlyMap<string, NamedArray>;
  readonly hardest?: HardNegatives;
  /** What is wrong with `last`, or with later checkpoints. */
  readonly damaged: readonly string[];
}

/** Whether any checkpoint of a run was finished. Throws InputError where there is no run. */
export function hasCheckpoint(run: string): boolean {
  if (!existsSync(run)) throw new InputError(run, 'expected the folder of a run, found nothing');
  return checkpointNames(run).length > 0 || linkTarget(run, 'last') !== undefined;
}

/** Whether the checkpoint that a link names is there and whole. */
export async function isWhole(run: string, link: CheckpointLink): Promise<boolean> {
  const target = linkTarget(run, link);
  if (target === undefined) return false;
  return loadCheckpoint(join(run, 'checkpoints', target)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof InputError) return false;
      throw error;
    },
  );
}

/**
 * The checkpoint that `last` or `best` names. Where `last` is damaged, the newest one that is whole, with a word on what is
 * wrong with the others. Throws InputError when there is none, or none is whole.
 */
export async function loadLinked(run: string, link: CheckpointLink): Promise<Checkpoint> {
  await awaitReadable(run);
  const target = linkTarget(run, link);
  if (!hasCheckpoint(run) || (target === undefined && link === 'best'))
    throw new InputError(
      run,
      existsSync(configFile(run))
        ? `expected a run with a checkpoint '${link}', found none: no epoch was finished; go on with: voxlab train --resume ${run}`
        : 'expected the folder of a run, found none in it; `voxlab runs` lists runs',
    );
  const others = link === 'last' ? checkpointNames(run).filter((name) => name !== target) : [];
  const damaged: string[] = link === 'last' && target === undefined ? ["'last' names no checkpoint"] : [];
  for (const name of [...(target === undefined ? [] : [target]), ...others])
    try {
      return { ...(await loadCheckpoint(join(run, 'checkpoints', name))), damaged };
    } catch (error) {
      // Training may have moved the link meanwhile, and removed what it named.
      if (name === target && linkTarget(run, link) !== target) return loadLinked(run, link);
      if (!(error instanceof InputError)) throw error;
      damaged.push(`checkpoint ${name} is damaged (${messageOf(error)})`);
    }
  throw new InputError(
    run,
    `expected a checkpoint '${link}' that is whole, found none: ${damaged.join('; ')}`,
  );
}

/** All parts of a checkpoint. Throws InputError for one that is damaged. */
export async function loadCheckpoint(folder: string): Promise<Omit<Checkpoint, 'damaged'>> {
  const meta = readCheckpointMeta(folder);
  // Its name says its place, too: one that is not its own was changed.
  const { step, epoch } = meta;
  if (basename(folder) !== checkpointName(meta))
    throw new InputError(
      join(folder, META_FILE),
      `expected the epoch and step of its folder, received epoch ${epoch} and step ${step} (${checkpointName(meta)})`,
    );
  const hardest = readHardNegatives(folder);
  return {
    folder,
    meta,
    weights: await readSafetensors(join(folder, WEIGHTS_FILE), meta.files?.[WEIGHTS_FILE]),
    optimizer: await readSafetensors(join(folder, OPTIMIZER_FILE), meta.files?.[OPTIMIZER_FILE]),
    ...given({ hardest }),
  };
}

/** The hard negatives of a checkpoint; undefined where it has none. Throws InputError for a file that is broken. */
export function readHardNegatives(folder: string): HardNegatives | undefined {
  const file = join(folder, HARD_NEGATIVES_FILE);
  if (!existsSync(file)) return undefined;
  const stored = readJson(file, 'the hard negatives of an epoch');
  const rows = stored.at('rows');
  const probabilities = stored.at('probabilities').list();
  if (rows.list().length !== probabilities.length) rows.refuse(`${probabilities.length} rows`);
  return {
    epoch: stored.at('epoch').whole(1),
    rows: rows.list().map((row) => row.whole()),
    probabilities: probabilities.map((probability) => probability.number(0, 1)),
  };
}
