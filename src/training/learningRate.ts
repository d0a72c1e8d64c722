import type { LearningRateSettings } from '../config/optimizerSettings.js';

/**
 * Factor of LEARNING_RATE at a step, counted from 1: in proportion to the batch (Goyal et al., 2017), rising linearly over
 * the first epochs, then constant, down a half cosine to 0 at the run's end (Loshchilov, Hutter, 2017), or in steps.
 */
export function learningRateFactor(
  plan: LearningRateSettings,
  run: { readonly batchSize: number; readonly stepsPerEpoch: number; readonly epochs: number },
): (step: number) => number {
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
