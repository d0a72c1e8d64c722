import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { awaitReadable } from '../../awaitReadable.js';
import { InputError } from '../../errors.js';
import type { HardNegatives } from '../../feed/hardNegatives.js';
import type { Learner } from '../step/learner.js';
import { moveLink } from './checkpoint.js';
import type { CheckpointMeta } from './checkpointMeta.js';
import { type DataIdentity, dataDifferences } from './dataIdentity.js';
import { type Checkpoint, hasCheckpoint, isWhole, loadLinked } from './loadCheckpoint.js';
import { metricsFile } from './metricsLog.js';
import { configDifferences } from './storedConfig.js';
import type { TrainConfig } from './trainConfig.js';

/** What a run had come to. */
export interface ResumedState {
  readonly meta: CheckpointMeta;
  readonly hardest: HardNegatives | undefined;
  /** Makes the checkpoint what `last` names, where it was not; the first process' work, under the run's lock. */
  repair(): Promise<void>;
  /** Gives a learner the weights and the optimiser's state, once: they are not kept beside it. */
  loadInto(learner: Learner): Promise<void>;
}

/** Where a run goes on. */
export interface ResumePoint {
  /** Undefined for a run that was ended before its first checkpoint: it begins again. */
  readonly before: ResumedState | undefined;
  /** What the user is told of it. */
  readonly notes: readonly string[];
}

/** The checkpoint from which a run goes on: the last one that is whole. Throws InputError. */
export async function resumePoint(run: string): Promise<ResumePoint> {
  await awaitReadable(run);
  if (!hasCheckpoint(run)) {
    // Of crossval's folds, and of a run that stopped before its first step, there is nothing to tell.
    const hasBegun = existsSync(metricsFile(run));
    return { before: undefined, notes: hasBegun ? ['the run has no checkpoint yet: it begins again'] : [] };
  }
  const checkpoint = await loadLinked(run, 'last');
  const { damaged, folder, hardest } = checkpoint;
  // The scores of a checkpoint that is lost are those of no network any more: the next validation is the best again.
  const { best, ...others } = checkpoint.meta;
  const { epoch, step, config } = others;
  const isBest = best?.step === step;
  const isBestLost = damaged.length > 0 && epoch < config.epochs && !(await isWhole(run, 'best'));
  const meta: CheckpointMeta = isBestLost && !isBest ? others : checkpoint.meta;
  const notes = damaged.length === 0 ? [] : [`${damaged.join('; ')}: going on from ${basename(folder)}`];
  let arrays: Pick<Checkpoint, 'weights' | 'optimizer'> | undefined = checkpoint;
  return {
    notes,
    before: {
      meta,
      hardest,
      repair: async () => {
        if (damaged.length === 0) return;
        await moveLink(run, 'last', folder);
        if (isBestLost && isBest) await moveLink(run, 'best', folder);
        else if (isBestLost) await rm(join(run, 'best'), { recursive: true, force: true });
      },
      loadInto: async (learner) => {
        if (arrays !== undefined) await learner.load(arrays.weights, arrays.optimizer);
        arrays = undefined;
      },
    },
  };
}

/**
 * A run goes on with what it was: the settings that decide its result and the data's content are those of its checkpoint.
 * Throws InputError that names what differs.
 */
export function requireSameRun(
  config: TrainConfig,
  data: DataIdentity,
  { meta, hardest }: Pick<ResumedState, 'meta' | 'hardest'>,
): void {
  const settings = configDifferences(config, meta.config);
  if (settings.length > 0)
    throw new InputError(
      config.run,
      `expected the settings of its checkpoint, received ${settings.join('; ')}: mend config.json, or begin another run`,
    );
  const differences = meta.data === undefined ? [] : dataDifferences(data, meta.data);
  if (hardest?.rows.some((row) => row >= data.rows))
    differences.push('fewer rows than its hard negatives name');
  if (differences.length > 0) throw otherData(config, differences.join('; '));
}

/** The batches of a step are drawn by its number: an epoch has as many steps as before. Throws InputError. */
export function requireSameSteps(config: TrainConfig, stepsPerEpoch: number, before: CheckpointMeta): void {
  if (stepsPerEpoch !== before.stepsPerEpoch)
    throw otherData(config, `${stepsPerEpoch} steps an epoch where there were ${before.stepsPerEpoch}`);
}

function otherData({ data, run }: TrainConfig, differences: string): InputError {
  return new InputError(
    data,
    `expected the data that ${run} was trained on, received ${differences}: name those with --data, or begin another run with --out`,
  );
}
