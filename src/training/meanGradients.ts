import { isTrainable, type Parameter, parametersOf, sizeOf } from '../model/architecture.js';
import { sumOverGroup } from '../tensorflow/collectives.js';
import type { Engine } from '../tensorflow/engine.js';
import { type Tensor, tf } from '../tensorflow/tf.js';
import { groupKey, type ProgramOptions, shareOfMicroBatch, stageOfParameters } from './programOptions.js';
import { enter } from './programParts.js';
import type { ReplicaGradients } from './replicaGradients.js';

/** Means over all micro-batches, replicas and processes. */
export interface StepMeans {
  /** By name of a trainable parameter, or of a moving average. */
  readonly of: ReadonlyMap<string, Tensor>;
  /** Cross-entropy. */
  readonly loss: Tensor;
  /** Rows on the right side of 0.5, of all processes. */
  readonly correct: Tensor;
  /** Above 0 where any process wants to stop after this step. */
  readonly stop: Tensor;
}

/** Small tensors go together from process to process, up to so many bytes; larger ones alone, which spares two copies, and as `ranks.exchange`. */
const BUCKET_BYTES = 4e6;

/** Where the mean of a parameter is formed: spread over the replicas, so that each device has its part of the work. */
export function deviceOfMean(options: ProgramOptions): (parameter: Pick<Parameter, 'name'>) => string {
  const { devices } = options.placement;
  const stageOf = stageOfParameters(options);
  const order = new Map(parametersOf(options.network).map(({ name }, index) => [name, index]));
  // Processes sum over one device a stage.
  const replicaOf = (name: string): number =>
    options.ranks.size > 1 ? 0 : order.get(name)! % devices.length;
  return (parameter) => devices[replicaOf(parameter.name)]![stageOf(parameter)]!;
}

/**
 * In a trace: sums over the replicas by AddN, over the processes by collectives. Losses and gradients come as parts of the
 * mean; what `penalties` gives for a weight is added to its gradient.
 */
export function stepMeans(
  engine: Engine,
  options: ProgramOptions,
  replicas: readonly ReplicaGradients[],
  stop: Tensor,
  penalties: ReadonlyMap<string, Tensor>,
): StepMeans {
  const { network, placement, ranks } = options;
  const deviceOf = deviceOfMean(options);
  const lastStage = placement.devices[0]!.length - 1;
  const trainable = parametersOf(network).filter(isTrainable);
  const local = new Map<string, Tensor>();
  const addUp = (name: string, device: string, parts: readonly Tensor[]): void => {
    enter(engine, device);
    local.set(name, parts.length === 1 ? parts[0]! : tf.addN([...parts]));
  };
  // One process adds the penalty in the same pass over the memory.
  const ofName = (name: string): Tensor[] => [penalties.get(name) ?? []].flat();
  for (const [index, parameter] of trainable.entries())
    addUp(parameter.name, deviceOf(parameter), [
      ...replicas.map(({ gradients }) => gradients[index]!),
      ...(ranks.size === 1 ? ofName(parameter.name) : []),
    ]);
  for (const name of replicas[0]!.moments.keys())
    addUp(
      name,
      deviceOf({ name }),
      replicas.map(({ moments }) => moments.get(name)!),
    );
  const last = placement.devices[0]![lastStage]!;
  for (const [name, parts] of [
    ['loss', replicas.map(({ loss }) => loss)],
    ['correct', replicas.map(({ correct }) => correct)],
    ['stop', [stop]],
  ] as const)
    addUp(name, last, parts);

  const stageOf = stageOfParameters(options);
  const stageOfName = (name: string): number => (isScalar(name) ? lastStage : stageOf({ name }));
  const summed = ranks.size === 1 ? local : sumOverRanks(engine, options, local, stageOfName);
  const share = shareOfMicroBatch(options);
  const meanMoment = (name: string, sum: Tensor): Tensor => {
    enter(engine, deviceOf({ name }));
    return share === 1 ? sum : sum.mul(share);
  };
  return {
    of: new Map(
      [...summed].flatMap(([name, sum]) => {
        if (isScalar(name)) return [];
        if (replicas[0]!.moments.has(name)) return [[name, meanMoment(name, sum)]];
        const penalty = ranks.size === 1 ? [] : ofName(name);
        enter(engine, deviceOf({ name }));
        return [[name, penalty.length === 0 ? sum : tf.addN([sum, ...penalty])]];
      }),
    ),
    loss: summed.get('loss')!,
    correct: summed.get('correct')!,
    stop: summed.get('stop')!,
  };
}

/** What is summed beside gradients and moments; they belong to the last stage. */
function isScalar(name: string): boolean {
  return name === 'loss' || name === 'correct' || name === 'stop';
}

/**
 * Buckets of some tensors each, in the order in which the backward pass makes them: the first travel while the rest is
 * computed.
 */
function sumOverRanks(
  engine: Engine,
  options: ProgramOptions,
  tensors: ReadonlyMap<string, Tensor>,
  stageOf: (name: string) => number,
): Map<string, Tensor> {
  const { placement, ranks } = options;
  const summed = new Map<string, Tensor>();
  for (const [stage, device] of placement.devices[0]!.entries()) {
    enter(engine, device);
    const group = { key: groupKey(options, 'gradients', stage), size: ranks.size };
    const ofStage = [...tensors].filter(([name]) => stageOf(name) === stage).reverse();
    for (const [instance, bucket] of bucketsOf(ofStage).entries()) {
      const sumOptions = { group, instance, timeoutSeconds: ranks.timeoutSeconds };
      if (bucket.length === 1) {
        const [name, tensor] = bucket[0]!;
        summed.set(name, sumOverGroup(engine, tensor, { ...sumOptions, as: ranks.exchange }));
        continue;
      }
      const flat = tf.concat1d(bucket.map(([, tensor]) => tensor.reshape([tensor.size])));
      const sum = sumOverGroup(engine, flat, sumOptions);
      const parts = sum.split(bucket.map(([, { size }]) => size));
      for (const [index, [name, { shape }]] of bucket.entries())
        summed.set(name, parts[index]!.reshape(shape));
    }
  }
  return summed;
}

function bucketsOf(tensors: readonly (readonly [string, Tensor])[]): (readonly [string, Tensor])[][] {
  const buckets: (readonly [string, Tensor])[][] = [];
  let room = 0;
  for (const entry of tensors) {
    const bytes = 4 * sizeOf(entry[1]);
    if (bytes > BUCKET_BYTES) {
      buckets.unshift([entry]);
      continue;
    }
    if (bytes > room) {
      buckets.push([]);
      room = BUCKET_BYTES;
    }
    buckets.at(-1)!.push(entry);
    room -= bytes;
  }
  return buckets;
}
