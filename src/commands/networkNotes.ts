import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { holdoutName } from '../evaluation/evaluatedRows.js';
import { readJson } from '../jsonPlace.js';
import { sharedPath } from '../sharedPath.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import type { CheckpointMeta } from '../training/run/checkpointMeta.js';
import type { DataIdentity } from '../training/run/dataIdentity.js';
import { readRunSplit } from '../training/run/runFolder.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import { withoutControls } from '../withoutControls.js';

/** Of a network that scores scans. */
export interface ScoringNetwork {
  readonly meta: Pick<CheckpointMeta, 'epoch' | 'step'> & {
    readonly config: Pick<TrainConfig, 'holdout'>;
    readonly data?: Pick<DataIdentity, 'rows' | 'positives' | 'series'>;
  };
  readonly format: Pick<PatchFormat, 'dim' | 'slices'>;
}

/** What a reader of the marks of one scan should know of the network. Throws InputError for files of the run that are damaged. */
export function networkNotes(run: string, { meta, format }: ScoringNetwork, uid: string): string[] {
  const { rows, positives, series } = meta.data!;
  return [
    `network of ${withoutControls(sharedPath(run))}, epoch ${meta.epoch}, trained on data of ${series} scans: ${rows} patches of ${format.dim} x ${format.dim} x ${format.slices} voxels, ${positives} of them nodules`,
    `probabilities are for the share of nodules among those patches (${((100 * positives) / rows).toFixed(1)} %)`,
    scoreOf(run, meta),
    ...seenNote(run, uid),
  ];
}

/** How good the network is on the scans that its run holds out, where it was evaluated. */
function scoreOf(run: string, { step, config }: ScoringNetwork['meta']): string {
  const file = join(run, 'evaluation', holdoutName(config.holdout), 'scores.json');
  if (!existsSync(file)) return 'how good the network is was not measured: run voxlab evaluate';
  const scores = readJson(file, 'the scores of a run');
  // Earlier versions had none.
  if (scores.at('step').isThere && scores.at('step').number() !== step)
    return `how good the network is was not measured: the scores of the run are of another one (epoch ${scores.at('epoch').number()}); run voxlab evaluate`;
  const cpm = scores.at('cpm').value;
  return `on scans held out: ROC AUC ${scores.at('rocAuc').number().toFixed(3)}${typeof cpm === 'number' ? `, CPM ${cpm.toFixed(3)}` : ''}`;
}

/** Runs of earlier versions do not say what they saw. */
function seenNote(run: string, uid: string): string[] {
  const { training = [], validation = [], earlier = [] } = readRunSplit(run) ?? {};
  if (training.includes(uid) || earlier.includes(uid))
    return ['the network was trained on this scan: its marks are better than those of new ones'];
  return validation.includes(uid)
    ? ['this scan chose the network: its marks may be better than those of new ones']
    : [];
}
