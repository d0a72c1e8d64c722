import type { Batch } from '../../feed/batches.js';
import { sizeOf } from '../../model/architecture.js';
import type { Network } from '../../model/network.js';
import type { Engine } from '../../tensorflow/engine.js';
import type { LearnerOptions } from './learnerOptions.js';
import type { Placement } from './placement.js';
import { TracedLearner } from './tracedLearner.js';

/** Learners that are made to be measured before training, and given back. */

export type ProbeOptions = LearnerOptions & { readonly network: Network };

/** Shortest of three steps after the first, in ms, added up over the processes. */
export async function shortestStep(
  engine: Engine,
  options: ProbeOptions,
  placement: Placement,
): Promise<number> {
  const probe = new TracedLearner(engine, { ...options, firstWeights: 'zero' }, placement);
  const batch = probeBatch(options, probe.batchSize);
  try {
    const steps: number[] = [];
    for (let step = 0; step < 4; step++) {
      const { computeMs, reduceMs, updateMs } = (await probe.step(batch)).times;
      steps.push(computeMs + reduceMs + updateMs);
    }
    return (await probe.sumOverRanks(Float32Array.of(Math.min(...steps.slice(1)))))[0]!;
  } finally {
    probe.dispose();
  }
}

/** Any numbers: times do not depend on them. */
export function probeBatch({ network }: ProbeOptions, rows: number): Batch {
  const voxels = sizeOf({ shape: network.inputSize });
  return {
    inputHu: Int16Array.from({ length: rows * voxels }, (_, i) => ((i * 7919) % 1400) - 1000),
    labels: Float32Array.from({ length: rows }, (_, i) => i % 2),
    rows: new Uint32Array(rows),
  };
}
