import { holdoutName } from '../evaluation/evaluatedRows.js';
import { readScores } from '../evaluation/evaluationFiles.js';
import { sharedPath } from '../sharedPath.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import type { CheckpointMeta } from '../training/run/checkpointMeta.js';
import type { DataIdentity, SeriesSplit } from '../training/run/dataIdentity.js';
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
  const split = readRunSplit(run);
  return [
    `network of ${withoutControls(sharedPath(run))}, epoch ${meta.epoch}; of the ${series} scans of its patch file (${rows} patches of ${format.dim} x ${format.dim} x ${format.slices} voxels, ${positives} of them nodules) ${partsText(split)}`,
    `probabilities are for the share of nodules among the patches of that file (${((100 * positives) / rows).toFixed(1)} %)`,
    scoreOf(run, meta),
    ...seenNote(split, uid),
  ];
}

/** Runs of earlier versions do not say what they saw. */
function partsText(split: SeriesSplit | undefined): string {
  if (split === undefined) return 'some trained it';
  const { training, validation, heldOut, earlier = [] } = split;
  const before = earlier.length === 0 ? '' : ` (its first weights had seen ${earlier.length})`;
  return `${training.length} trained it${before}, ${validation.length} chose it, ${heldOut.length} held out`;
}

/** How good the network is on the scans that its run holds out, where it was evaluated. */
function scoreOf(run: string, { step, config }: ScoringNetwork['meta']): string {
  const scores = readScores(run, holdoutName(config.holdout));
  if (scores === undefined) return 'how good the network is was not measured: run voxlab evaluate';
  if (scores.step !== null && scores.step !== step)
    return `how good the network is was not measured: the scores of the run are of another one (epoch ${scores.epoch}); run voxlab evaluate`;
  const { rocAuc, cpm } = scores;
  return `on scans held out: ROC AUC ${rocAuc.toFixed(3)}${cpm === null ? '' : `, CPM ${cpm.toFixed(3)}`}`;
}

function seenNote(split: SeriesSplit | undefined, uid: string): string[] {
  const { training = [], validation = [], earlier = [] } = split ?? {};
  if (training.includes(uid) || earlier.includes(uid))
    return ['the network was trained on this scan: its marks are better than those of new ones'];
  return validation.includes(uid)
    ? ['this scan chose the network: its marks may be better than those of new ones']
    : [];
}
