import type { CheckpointMeta } from './checkpointMeta.js';

/**
 * The steps of an epoch after which the validation rows are scored, ascending: each `every`th over all epochs (0: none) that is
 * not scored yet, and the epoch's last. The first may be the one that a run goes on after, which was ended while it was scored.
 */
export function validationSteps(
  every: number,
  epoch: number,
  { step, validated, stepsPerEpoch }: Pick<CheckpointMeta, 'step' | 'validated' | 'stepsPerEpoch'>,
): number[] {
  const last = epoch * stepsPerEpoch;
  const steps: number[] = [];
  if (every > 0)
    for (let next = Math.ceil(step / every) * every; next < last; next += every)
      if (next > validated) steps.push(next);
  return [...steps, last];
}
