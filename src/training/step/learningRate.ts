import type { LearningRateSettings, LearningSettings } from '../../config/optimizerSettings.js';

/** What a plan of the learning rate is laid over. */
export interface RunLength {
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/**
 * Factor of LEARNING_RATE at a step, counted from 1: in proportion to the batch (Goyal et al., 2017), rising linearly over
 * the first epochs, then constant, down a half cosine to 0 at the run's end (Loshchilov, Hutter, 2017), or in steps.
 */
export function learningRateFactor(plan: LearningRateSettings, run: RunLength): (step: number) => number {
  const scale = plan.baseBatch === 0 ? 1 : run.batchSize / plan.baseBatch;
  const warmUp = Math.round(plan.warmUpEpochs * run.stepsPerEpoch);
  const steps = run.epochs * run.stepsPerEpoch;
  return (step) => {
    if (step <= warmUp) return (scale * step) / warmUp;
    const done = step - 1;
    switch (plan.decay) {
      case 'constant':
        return scale;
      case 'cosine':
        return (scale * (1 + Math.cos((Math.PI * (done - warmUp)) / Math.max(1, steps - warmUp)))) / 2;
      case 'step':
        return scale * plan.stepFactor ** Math.floor(done / (plan.stepEpochs * run.stepsPerEpoch));
    }
  };
}

/**
 * What a user is told who goes on to another last epoch: a cosine ends at the run's end, so that its later steps learn, and is
 * another curve from the next step on. Nothing where the rate stays what it was to be.
 */
export function changedPlan(
  { learningRate, learningRatePlan: plan }: Pick<LearningSettings, 'learningRate' | 'learningRatePlan'>,
  run: RunLength,
  before: { readonly epochs: number; readonly step: number },
): string[] {
  if (plan.decay !== 'cosine' || run.epochs === before.epochs) return [];
  const rateOf = (epochs: number): string => {
    // After its end a cosine would rise again.
    const next = Math.min(before.step, epochs * run.stepsPerEpoch) + 1;
    return (learningRate * learningRateFactor(plan, { ...run, epochs })(next)).toExponential(2);
  };
  return [
    `the cosine of the learning rate ends after epoch ${run.epochs} now, not ${before.epochs}: it goes on at ${rateOf(run.epochs)}, where ${rateOf(before.epochs)} was planned`,
  ];
}
