import type { LossSettings } from '../config/lossSettings.js';
import type { SamplingSettings } from '../config/samplingSettings.js';
import type { ClassRows } from './classOrder.js';

/** Share of nodules in all batches together; `ofRows`: in the training rows that they are drawn from. */
export function shareInBatches(
  { kind, positiveShare }: Pick<SamplingSettings, 'kind' | 'positiveShare'>,
  ofRows: number,
): number {
  return kind === 'natural' ? ofRows : kind === 'weighted' ? positiveShare : 0.5;
}

/**
 * Factors of the loss of others and of nodules. `auto` is scikit-learn's "balanced", rows / (classes * rows of the class), of
 * what the batches hold: where sampling has balanced them already both are 1.
 */
export function classFactors(
  { classWeights }: Pick<LossSettings, 'classWeights'>,
  shareOfNodules: number,
): readonly [other: number, nodule: number] {
  if (classWeights === 'none') return [1, 1];
  if (classWeights === 'auto') return [0.5 / (1 - shareOfNodules), 0.5 / shareOfNodules];
  return classWeights;
}

/** As classFactors(), of the batches that a sampling draws from these training rows. */
export function factorsOfRows(
  loss: LossSettings,
  sampling: SamplingSettings,
  { positives, negatives }: ClassRows,
): readonly [other: number, nodule: number] {
  const share = positives.length / (positives.length + negatives.length);
  return classFactors(loss, shareInBatches(sampling, share));
}

/** The share of nodules that a network learns to expect: that of the batches, moved by what the loss makes of each class. */
export function shareOfLoss(loss: LossSettings, shareOfNodules: number): number {
  const [other, nodule] = classFactors(loss, shareOfNodules);
  const alpha = loss.kind === 'focal' && loss.focalAlpha > 0 ? loss.focalAlpha : 0.5;
  const nodules = nodule * alpha * shareOfNodules;
  return nodules / (nodules + other * (1 - alpha) * (1 - shareOfNodules));
}
