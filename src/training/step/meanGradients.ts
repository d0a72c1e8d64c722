import { isTrainable, type Parameter, sizeOf } from '../../model/architecture.js';
import type { KernelReach } from '../../model/kernelReach.js';
import { attribute } from '../../tensorflow/attributes.js';
import { sumOverGroup } from '../../tensorflow/collectives.js';
import { FLOAT32, INT32 } from '../../tensorflow/dataTypes.js';
import type { Engine } from '../../tensorflow/engine.js';
import { runOperation, type Tensor, tf } from '../../tensorflow/tf.js';
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
  const { placement, ranks, network } = options;
  const stageOf = stageOfParameters(options);
  // Processes sum over one device a stage.
  const replicas = ranks.size > 1 ? 1 : placement.devices.length;
  const loads = placement.devices[0]!.map(() => new Array<number>(replicas).fill(0));
  const replicaOf = new Map<string, number>();
  // The largest first, each to the replica that has least: kernels are nearly all of it, and stand at like distances.
  for (const parameter of network.parameters.toSorted((a, b) => sizeOf(b) - sizeOf(a))) {
    const ofStage = loads[stageOf(parameter)]!;
    const replica = ofStage.indexOf(Math.min(...ofStage));
    ofStage[replica]! += sizeOf(parameter);
    replicaOf.set(parameter.name, replica);
  }
  return (parameter) => placement.devices[replicaOf.get(parameter.name)!]![stageOf(parameter)]!;
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
  const trainable = network.parameters.filter(isTrainable);
  const byName = new Map(trainable.map((parameter) => [parameter.name, parameter]));
  const penaltyOf = ({ name }: Parameter): Tensor[] => [penalties.get(name) ?? []].flat();
  // One process adds the penalty in the same pass over the memory.
  const isAddedAtOnce = ({ reach }: Parameter): boolean => ranks.size === 1 && reach === undefined;
  const local = new Map<string, Tensor>();
  const addUp = (name: string, device: string, parts: readonly Tensor[]): void => {
    enter(engine, device);
    local.set(name, parts.length === 1 ? parts[0]! : tf.addN([...parts]));
  };
  for (const [index, parameter] of trainable.entries())
    addUp(parameter.name, deviceOf(parameter), [
      ...replicas.map(({ gradients }) => gradients[index]!),
      ...(isAddedAtOnce(parameter) ? penaltyOf(parameter) : []),
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
        const parameter = byName.get(name)!;
        enter(engine, deviceOf(parameter));
        if (isAddedAtOnce(parameter)) return [[name, sum]];
        return [[name, withPenalty(parameter, sum, penaltyOf(parameter)[0])]];
      }),
    ),
    loss: summed.get('loss')!,
    correct: summed.get('correct')!,
    stop: summed.get('stop')!,
  };
}

/** The whole kernel's gradient: of taps that are not reached, the penalty's alone. */
function withPenalty({ reach, shape }: Parameter, sum: Tensor, penalty: Tensor | undefined): Tensor {
  if (reach === undefined) return penalty === undefined ? sum : tf.addN([sum, penalty]);
  const [depth, height, width, ...channels] = shape as [number, number, number, number, number];
  if (penalty === undefined)
    return tf.pad(
      sum,
      shape.map((length, axis) => {
        const before = reach.begin[axis] ?? 0;
        return [before, length - before - (reach.size[axis] ?? length)];
      }),
    );
  const taps = indicesOfTaps(reach, [depth, height, width]);
  const numbers = sizeOf({ shape: channels });
  const flat = penalty.reshape([depth * height * width, numbers]);
  return addRows(flat, taps, sum.reshape([taps.length, numbers])).reshape([...shape]);
}

/** Rows of `into` grow by `rows`: in place, for nothing else holds the penalty. */
function addRows(into: Tensor, indices: readonly number[], rows: Tensor): Tensor {
  return runOperation(
    'TensorScatterAdd',
    [attribute.type('T', FLOAT32), attribute.type('Tindices', INT32)],
    [into, tf.tensor2d([...indices], [indices.length, 1], 'int32'), rows],
    1,
  )[0]!;
}

function indicesOfTaps({ begin, size }: KernelReach, kernel: readonly [number, number, number]): number[] {
  const along = (axis: number): number[] => Array.from({ length: size[axis]! }, (_, i) => begin[axis]! + i);
  return along(0).flatMap((z) =>
    along(1).flatMap((y) => along(2).map((x) => (z * kernel[1] + y) * kernel[2] + x)),
  );
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
