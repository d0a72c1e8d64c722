import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { EnvironmentError, InputError, messageOf } from '../errors.js';
import type { HardNegatives } from '../feed/hardNegatives.js';
import { writeFileAtomically } from '../paths.js';
import { completeConfig } from './completeConfig.js';
import type { Learner } from './learner.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import type { TrainConfig } from './trainConfig.js';

/** The scores of one validation. */
export interface ValidationScores {
  readonly epoch: number;
  /** Mean cross-entropy of the held-out rows plus the L2 penalty. */
  readonly valLoss: number;
  readonly accuracy: number;
  readonly rocAuc: number;
}

/** What a checkpoint says beside its arrays. */
export interface CheckpointMeta {
  readonly program: string;
  readonly config: TrainConfig;
  /** Whole epochs that are done. */
  readonly epoch: number;
  /** Steps done over all epochs: batches are drawn by this number and the seed, there is no other random state. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Undefined before the first validation. */
  readonly best?: ValidationScores;
  /** On what it was computed: a resume is bit for bit only on the same. */
  readonly layout: Readonly<Record<string, string | number>>;
}

const HARD_NEGATIVES = 'hard-negatives.json';

export type CheckpointLink = 'last' | 'best';

/**
 * Writes `checkpoints/epoch-0007` (or, inside an epoch, `epoch-0007-step-000123`: seven epochs are done), then moves `last`
 * (and `best`) to it; checkpoints without a link are removed. `hardest`: negatives that the epoch after it, or around it, draws from.
 */
export async function saveCheckpoint(
  run: string,
  learner: Learner,
  meta: CheckpointMeta,
  hardest?: HardNegatives,
): Promise<string> {
  const isWhole = meta.step === meta.epoch * meta.stepsPerEpoch;
  const within = isWhole ? '' : `-step-${String(meta.step).padStart(6, '0')}`;
  const folder = join(run, 'checkpoints', `epoch-${String(meta.epoch).padStart(4, '0')}${within}`);
  const beside = `${folder}.partial`;
  try {
    rmSync(beside, { recursive: true, force: true });
    mkdirSync(beside, { recursive: true });
    writeSafetensors(join(beside, 'weights.safetensors'), await learner.weights());
    writeSafetensors(join(beside, 'optimizer.safetensors'), await learner.optimizerState());
    if (hardest !== undefined) writeFileAtomically(join(beside, HARD_NEGATIVES), JSON.stringify(hardest));
    writeFileAtomically(join(beside, 'meta.json'), `${JSON.stringify(meta, null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(beside, folder);
    if (isWhole && meta.best?.epoch === meta.epoch) moveLink(run, 'best', folder);
    moveLink(run, 'last', folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw new EnvironmentError(
      `${folder} cannot be written (${messageOf(error)}): make room on the disk; the checkpoints before it are whole, go on with --resume ${run}`,
      { cause: error },
    );
  }
  removeUnlinked(run);
  return folder;
}

/** Loads the arrays of a checkpoint into a learner. Throws InputError. */
export async function loadCheckpoint(folder: string, learner: Learner): Promise<void> {
  await learner.load(
    readSafetensors(join(folder, 'weights.safetensors')),
    readSafetensors(join(folder, 'optimizer.safetensors')),
  );
}

/** The folder that `last` or `best` of a run names. Throws InputError when there is none. */
export function linkedCheckpoint(run: string, link: CheckpointLink): string {
  const path = join(run, link);
  if (existsSync(join(path, 'meta.json'))) return join(run, readlinkSync(path));
  throw new InputError(
    run,
    existsSync(run)
      ? `expected a run with a checkpoint '${link}', found none: no epoch was finished`
      : 'expected the folder of a run, found nothing',
  );
}

/** What a checkpoint says of itself. Throws InputError. */
export function readCheckpointMeta(folder: string): CheckpointMeta {
  const file = join(folder, 'meta.json');
  try {
    const meta: CheckpointMeta = JSON.parse(readFileSync(file, 'utf8'));
    return { ...meta, config: completeConfig(meta.config) };
  } catch (error) {
    throw new InputError(file, `expected a checkpoint's meta.json (${messageOf(error)})`, { cause: error });
  }
}

/** The hard negatives of a checkpoint; undefined where it has none. Throws InputError for a file that is broken. */
export function readHardNegatives(folder: string): HardNegatives | undefined {
  const file = join(folder, HARD_NEGATIVES);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(file, `expected the hard negatives of an epoch (${messageOf(error)})`, {
      cause: error,
    });
  }
}

/** A link that is replaced by rename names the old checkpoint or the new one at any moment. */
function moveLink(run: string, link: CheckpointLink, folder: string): void {
  const beside = join(run, `${link}.partial`);
  rmSync(beside, { force: true });
  symlinkSync(join('checkpoints', basename(folder)), beside);
  renameSync(beside, join(run, link));
}

/** A checkpoint of ResNet3D-18 has 398 MB: the last and the best are kept. */
function removeUnlinked(run: string): void {
  const linked = (['last', 'best'] as const)
    .filter((link) => existsSync(join(run, link)))
    .map((link) => basename(linkedCheckpoint(run, link)));
  for (const name of readdirSync(join(run, 'checkpoints')))
    if (!linked.includes(name)) rmSync(join(run, 'checkpoints', name), { recursive: true, force: true });
}
