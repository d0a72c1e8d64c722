import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../../errors.js';
import type { HardNegatives } from '../../feed/hardNegatives.js';
import { given } from '../../given.js';
import { replaceLink, systemReason } from '../../paths.js';
import type { Learner, NamedArray } from '../step/learner.js';
import { type CheckpointMeta, META_FILE, readCheckpointMeta, type StoredMeta } from './checkpointMeta.js';
import { type FileSum, writeSafetensors } from './safetensors.js';

export const WEIGHTS_FILE = 'weights.safetensors';
export const OPTIMIZER_FILE = 'optimizer.safetensors';
export const HARD_NEGATIVES_FILE = 'hard-negatives.json';

/** Which checkpoint of a run: the latest, or the one with the lowest validation loss. */
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
  return { weights, optimizer, meta, ...given({ hardest }) };
}

/** `epoch-0007`; inside an epoch `epoch-0007-step-000123`: seven epochs are done. */
export function checkpointName(meta: Pick<CheckpointMeta, 'epoch' | 'step' | 'stepsPerEpoch'>): string {
  const within = isEpochsEnd(meta) ? '' : `-step-${String(meta.step).padStart(6, '0')}`;
  return `epoch-${String(meta.epoch).padStart(4, '0')}${within}`;
}

function isEpochsEnd({
  epoch,
  step,
  stepsPerEpoch,
}: Pick<CheckpointMeta, 'epoch' | 'step' | 'stepsPerEpoch'>): boolean {
  return step === epoch * stepsPerEpoch;
}

/**
 * Writes a checkpoint beside and renames it, then moves `last` (and `best`) to it. Everything is flushed to the disk before
 * it is named, so that a power cut leaves the old one or the new one. Kept are the last one, the one before it, should the
 * last be damaged, and the best. Throws EnvironmentError.
 */
export async function saveCheckpoint(run: string, snapshot: Snapshot): Promise<string> {
  const { meta } = snapshot;
  const before = linkTarget(run, 'last');
  return written(run, meta, async (folder) => {
    await makeBeside(folder, (beside) => writeParts(beside, snapshot));
    await leadTo(run, meta, folder);
    await removeOthers(run, [before]);
  });
}

/**
 * Adds what was learned of a step's weights to the checkpoint that has them: the scores of its validation and, after an epoch's
 * last step, the epoch's end with its hard negatives. The arrays are not written again. Throws EnvironmentError.
 */
export async function completeCheckpoint(
  run: string,
  meta: CheckpointMeta,
  hardest?: HardNegatives,
): Promise<string> {
  return written(run, meta, async (folder) => {
    if (!isEpochsEnd(meta)) return completeInside(run, meta, folder);
    const unfinished = checkpointName({ ...meta, epoch: meta.epoch - 1 });
    const from = join(dirname(folder), unfinished);
    const { files } = readCheckpointMeta(from);
    await makeBeside(folder, async (beside) => {
      for (const name of [WEIGHTS_FILE, OPTIMIZER_FILE]) await sameFile(join(from, name), join(beside, name));
      await writeRest(beside, meta, files, hardest);
    });
    await leadTo(run, meta, folder);
    const others = checkpointNames(run).filter((name) => name !== unfinished && name !== basename(folder));
    await removeOthers(run, [others.find((name) => name !== linkTarget(run, 'best'))]);
  });
}

/** `best` is moved first: a checkpoint that says that it is the best is what the link names. */
async function completeInside(run: string, meta: CheckpointMeta, folder: string): Promise<void> {
  const { files } = readCheckpointMeta(folder);
  if (meta.best?.step === meta.step) await moveLink(run, 'best', folder);
  await writeMeta(folder, meta, files);
  const others = checkpointNames(run).filter((name) => name !== basename(folder));
  await removeOthers(run, [others.find((name) => name !== linkTarget(run, 'best'))]);
}

/**
 * Takes back the checkpoint of a step whose weights have turned out to be no network: a resume goes on from the one before it,
 * or begins again where there is none. Throws EnvironmentError.
 */
export async function withdrawCheckpoint(run: string, meta: CheckpointMeta): Promise<void> {
  await written(run, meta, async (folder) => {
    const name = basename(folder);
    const [before] = checkpointNames(run).filter((other) => other !== name);
    if (linkTarget(run, 'last') === name) {
      if (before === undefined) await rm(join(run, 'last'), { force: true });
      else await moveLink(run, 'last', join(dirname(folder), before));
    }
    if (linkTarget(run, 'best') === name) await rm(join(run, 'best'), { force: true });
    await rm(folder, { recursive: true, force: true });
  });
}

/** Those of a run that were finished, the newest first: names ascend with the steps. */
export function checkpointNames(run: string): string[] {
  const folder = join(run, 'checkpoints');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^epoch-\d+(-step-\d+)?$/.test(name))
    .sort((a, b) => (place(a) < place(b) ? 1 : -1));
}

/** `epoch-0001` comes before `epoch-0001-step-000050`, and both before `epoch-0002`. */
function place(name: string): string {
  const [, epoch = '', step = ''] = /^epoch-(\d+)(?:-step-(\d+))?$/.exec(name) ?? [];
  return `${epoch.padStart(12, '0')}/${step.padStart(12, '0')}`;
}

/** The work on the folder of a checkpoint, and its path; what fails is told with what is left. */
async function written(
  run: string,
  meta: CheckpointMeta,
  work: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(run, 'checkpoints', checkpointName(meta));
  try {
    await work(folder);
  } catch (error) {
    await rm(`${folder}.partial`, { recursive: true, force: true }).catch(() => {}); // what failed first is what counts
    const kept =
      linkTarget(run, 'last') === undefined
        ? `--resume ${run} then begins it again`
        : `the checkpoints before it are whole, go on with --resume ${run}`;
    throw new EnvironmentError(
      `${folder} cannot be written (${systemReason(error)}): make room on the disk; ${kept}`,
      { cause: error },
    );
  }
  return folder;
}

/** A folder that is there when all in it is on the disk. */
async function makeBeside(folder: string, fill: (beside: string) => Promise<void>): Promise<void> {
  const beside = `${folder}.partial`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true });
  await fill(beside);
  await rm(folder, { recursive: true, force: true });
  await rename(beside, folder);
  await flushFolder(dirname(folder));
}

/** `best` first: until `last` is moved, a resume comes to both again. */
async function leadTo(run: string, { best, step }: CheckpointMeta, folder: string): Promise<void> {
  if (best?.step === step) await moveLink(run, 'best', folder);
  await moveLink(run, 'last', folder);
}

/** Under a second name where the file system has such, else as a copy. */
async function sameFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_SECOND_NAMES.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(from, to);
    const copy = await open(to, 'r+');
    await copy.sync().finally(() => copy.close());
  }
}

const NO_SECOND_NAMES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

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
  await writeRest(folder, meta, files, hardest);
}

/** What lies beside the arrays. */
async function writeRest(
  folder: string,
  meta: CheckpointMeta,
  files: StoredMeta['files'],
  hardest?: HardNegatives,
): Promise<void> {
  if (hardest !== undefined) await writeFlushed(join(folder, HARD_NEGATIVES_FILE), JSON.stringify(hardest));
  await writeMeta(folder, meta, files);
}

/** Replaces at once what was there. */
async function writeMeta(folder: string, meta: CheckpointMeta, files: StoredMeta['files']): Promise<void> {
  const stored: StoredMeta = { ...meta, ...given({ files }) };
  const beside = join(folder, `${META_FILE}.partial`);
  await writeFlushed(beside, `${JSON.stringify(stored, null, 2)}\n`);
  await rename(beside, join(folder, META_FILE));
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

/** A checkpoint of ResNet3D-18 has 398 MB: all go but `last`, `best` and these. */
async function removeOthers(run: string, others: readonly (string | undefined)[]): Promise<void> {
  const kept = [linkTarget(run, 'last'), linkTarget(run, 'best'), ...others];
  for (const name of readdirSync(join(run, 'checkpoints')))
    if (!kept.includes(name)) await rm(join(run, 'checkpoints', name), { recursive: true, force: true });
}
