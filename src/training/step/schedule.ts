import type { Schedule } from '../../config/trainingSettings.js';

/** Forward or backward pass of a stage on one micro-batch. */
export interface ScheduledPass {
  readonly pass: 'forward' | 'backward';
  readonly microBatch: number;
}

/**
 * The passes of one stage (from 0) in order. `gpipe`: all forward, then all backward (Huang et al., 2019). `1f1b`: as many
 * forward as the stages behind need to be busy, then one backward, one forward in turn (Narayanan et al., 2019): the same
 * idle share, and activations of at most `stages - stage` micro-batches at a time.
 */
export function passesOf(
  schedule: Schedule,
  stage: number,
  stages: number,
  microBatches: number,
): ScheduledPass[] {
  const ahead = schedule === 'gpipe' ? microBatches : Math.min(microBatches, stages - stage);
  const passes: ScheduledPass[] = [];
  for (let microBatch = 0; microBatch < ahead; microBatch++) passes.push({ pass: 'forward', microBatch });
  for (let microBatch = 0; microBatch < microBatches; microBatch++) {
    passes.push({ pass: 'backward', microBatch });
    if (ahead + microBatch < microBatches) passes.push({ pass: 'forward', microBatch: ahead + microBatch });
  }
  return passes;
}

/** Share of the time that a device of a pipeline with equal stages waits: (S - 1) / (M + S - 1). */
export function bubbleShare(stages: number, microBatches: number): number {
  return (stages - 1) / (microBatches + stages - 1);
}
