import { type BatchMoments, normaliseByBatch } from '../../model/layers.js';
import type { Normalise } from '../../model/network.js';
import { normaliseByAllReplicas } from '../../model/syncBatchNorm.js';
import { sumOverGroup } from '../../tensorflow/collectives.js';
import type { Engine } from '../../tensorflow/engine.js';
import type { Tensor } from '../../tensorflow/tf.js';
import { groupKey, type ProgramOptions } from './programOptions.js';
import { revived } from './programParts.js';

/**
 * Batch norm of a training step: each replica's own, or all replicas' together. `moments` receives each layer's; a layer that
 * is there already is being computed again for the backward pass: its moments are not noted twice, nor summed over the
 * replicas twice.
 */
export function stepBatchNorm(
  engine: Engine,
  options: ProgramOptions,
  stage: number,
  moments: Map<string, BatchMoments>,
  nextInstance: () => number,
): Normalise {
  const { placement, ranks, syncBatchNorm } = options;
  const replicas = placement.devices.length * ranks.size;
  const note = (name: string) => (found: BatchMoments) => {
    if (!moments.has(name)) moments.set(name, found);
  };
  if (!syncBatchNorm || replicas === 1)
    return (name, x, gamma, beta) => normaliseByBatch(x, gamma, beta, note(name));
  const group = { key: groupKey(options, 'batch norm', stage), size: replicas };
  const sum = <T extends Tensor>(vector: T): T =>
    sumOverGroup(engine, vector, { group, instance: nextInstance(), timeoutSeconds: ranks.timeoutSeconds });
  return (name, x, gamma, beta) => {
    const found = moments.get(name);
    const known = found && {
      mean: revived(engine, found.meanId),
      variance: revived(engine, found.varianceId),
    };
    return normaliseByAllReplicas(x, gamma, beta, replicas, sum, note(name), known);
  };
}
