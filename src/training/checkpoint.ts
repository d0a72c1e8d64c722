import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError, messageOf } from '../errors.js';
import type { HardNegatives } from '../feed/hardNegatives.js';
import { replaceLink } from '../paths.js';
import { type CheckpointMeta, META_FILE, type StoredMeta } from './checkpointMeta.js';
import type { Learner, NamedArray } from './learner.js';
import { type FileSum, writeSafetensors } from './safetensors.js';

export const WEIGHTS_FILE = 'weights.safetensors';
export const OPTIMIZER_FILE = 'optimizer.safetensors';
export const HARD_NEGATIVES_FILE = 'hard-negatives.json';

export type CheckpointLink = 'last' | 'best';

/** The state of a run at one moment, in memory: writing it may take its time while training goes on. */
export interface Snapshot {
  readonly weights: ReadonlyMap<string, NamedArray>;
  readonly optimizer: ReadonlyMap<string, NamedArray>;
  /** Negatives that the epoch after it, or around it, draws from. */
  readonly hardest?: HardNegatives;
  readonly meta: CheckpointMeta;
}

/** Copies what a checkpoint holds. */
export async function takeSnapshot(
  learner: Learner,
  meta: CheckpointMeta,
  hardest?: HardNegatives,
): Promise<Snapshot> {
  const weights = await learner.weights();
  const optimizer = await learner.optimizerState();
  return { weights, optimizer, meta, ...(hardest === undefined ? {} : { hardest }) };
}

/** `epoch-0007`; inside an epoch `epoch-0007-step-000123`: seven epochs are done. */
export function checkpointName({ epoch, step, stepsPerEpoch }: CheckpointMeta): string {
  const within = step === epoch * stepsPerEpoch ? '' : `-step-${String(step).padStart(6, '0')}`;
  return `epoch-${String(epoch).padStart(4, '0')}${within}`;
}

/**
 * Writes a checkpoint beside and renames it, then moves `last` (and `best`) to it. Everything is flushed to the disk before
 * it is named, so that a power cut leaves the old one or the new one. Kept are the last one, the one before it, should the
 * last be damaged, and the best. Throws EnvironmentError.
 */
export async function saveCheckpoint(run: string, snapshot: Snapshot): Promise<string> {
  const { meta } = snapshot;
  const folder = join(run, 'checkpoints', checkpointName(meta));
  const beside = `${folder}.partial`;
  const before = linkTarget(run, 'last');
  try {
    await rm(beside, { recursive: true, force: true });
    await mkdir(beside, { recursive: true });
    await writeParts(beside, snapshot);
    await rm(folder, { recursive: true, force: true });
    await rename(beside, folder);
    await flushFolder(dirname(folder));
    const isWhole = meta.step === meta.epoch * meta.stepsPerEpoch;
    if (isWhole && meta.best?.epoch === meta.epoch) await moveLink(run, 'best', folder);
    await moveLink(run, 'last', folder);
    await removeOthers(run, [linkTarget(run, 'last'), linkTarget(run, 'best'), before]);
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => {}); // what failed first is what counts
    const kept =
      linkTarget(run, 'last') === undefined
        ? `--resume ${run} then begins it again`
        : `the checkpoints before it are whole, go on with --resume ${run}`;
    throw new EnvironmentError(
      `${folder} cannot be written (${messageOf(error).split(',')[0]}): make room on the disk; ${kept}`,
      { cause: error },
    );
  }
  return folder;
}

/** A link that is replaced by rename names the old checkpoint or the new one at any moment. */
export async function moveLink(run: string, link: CheckpointLink, folder: string): Promise<void> {
  replaceLink(join(run, link), join('checkpoints', basename(folder)));
  await flushFolder(run);
}

/** Name of the checkpoint that a link names, whether it is there or not. */
export function linkTarget(run: string, link: CheckpointLink): string | undefined {
  try {
    return basename(readlinkSync(join(run, link)));
  } catch {
    return undefined;
  }
}

async function writeParts(folder: string, { weights, optimizer, hardest, meta }: Snapshot): Promise<void> {
  const files: Record<string, FileSum> = {
    [WEIGHTS_FILE]: await writeSafetensors(join(folder, WEIGHTS_FILE), weights),
    [OPTIMIZER_FILE]: await writeSafetensors(join(folder, OPTIMIZER_FILE), optimizer),
  };
  if (hardest !== undefined) await writeFlushed(join(folder, HARD_NEGATIVES_FILE), JSON.stringify(hardest));
  const stored: StoredMeta = { ...meta, files };
  await writeFlushed(join(folder, META_FILE), `${JSON.stringify(stored, null, 2)}\n`);
  await flushFolder(folder);
}

async function writeFlushed(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flush: true });
}

/** The names in a folder are data, too. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A checkpoint of ResNet3D-18 has 398 MB. */
async function removeOthers(run: string, kept: readonly (string | undefined)[]): Promise<void> {
  for (const name of readdirSync(join(run, 'checkpoints')))
    if (!kept.includes(name)) await rm(join(run, 'checkpoints', name), { recursive: true, force: true });
}
