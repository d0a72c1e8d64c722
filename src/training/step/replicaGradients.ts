import type { BatchMoments } from '../../model/layers.js';
import { lossOfBatch } from '../../model/loss.js';
import { type Piece, type PieceInputs, pieceOf } from '../../model/network.js';
import type { TensorReference } from '../../tensorflow/binding.js';
import type { Address } from '../../tensorflow/capi.js';
import type { Engine } from '../../tensorflow/engine.js';
import { recomputed } from '../../tensorflow/recompute.js';
import { withGradientsAt } from '../../tensorflow/tapeScope.js';
import { type Tensor, type Tensor1D, tensorId, tensorOf, tf } from '../../tensorflow/tf.js';
import { WorkItem } from '../../tensorflow/workItem.js';
import {
  microBatchRows,
  type ProgramOptions,
  shareOfMicroBatch,
  stageOfParameters,
  stagesOf,
} from './programOptions.js';
import { enter, inWindows, type ReplicaVariables, revived, rowsOf } from './programParts.js';
import { passesOf } from './schedule.js';
import { stepBatchNorm } from './stepBatchNorm.js';
import { type DropoutPlace, stepDropout } from './stepDropout.js';

/** What a replica adds to a step. */
export interface ReplicaGradients {
  /**
   * By trainable parameter, on the device of its stage: this replica's part of the mean over the whole step. Of a kernel that
   * its map reaches in part, that part's.
   */
  readonly gradients: readonly Tensor[];
  /** `stem/bn/moving_mean` and the like: sums of the micro-batches' moments, on the device of the stage. */
  readonly moments: ReadonlyMap<string, Tensor>;
  /** Without the penalty, on the device of the last stage: this replica's part of the mean. */
  readonly loss: Tensor;
  /** Number of rows on the right side of 0.5. */
  readonly correct: Tensor;
  /** By stage, in the order in which they are to run. */
  readonly items: readonly (readonly WorkItem[])[];
  /** By stage, for each of its pieces. */
  readonly bytes: readonly (readonly PieceBytes[])[];
}

/** What the forward pass of a piece of the network on one micro-batch takes and makes. */
export interface PieceBytes {
  readonly input: number;
  /** Of all its operations. */
  readonly results: number;
}

/** In a trace: forward and backward of one replica's share of the batch. */
export function replicaGradients(
  engine: Engine,
  options: ProgramOptions,
  variables: ReplicaVariables,
  replica: number,
  batch: {
    readonly voxels: TensorReference;
    readonly labels: TensorReference;
    readonly began: Address;
    /** The gradients, but not the loss, are multiplied by it. */
    readonly scale: Tensor | undefined;
    readonly dropoutAt: DropoutPlace;
  },
): ReplicaGradients {
  const { devices, microBatches, schedule } = options.placement;
  const stages = devices[replica]!;
  const rows = microBatchRows(options);
  const deviceOf = (parameter: { readonly name: string }): string =>
    stages[stageOfParameters(options)(parameter)]!;
  const values = variables.trainable.map((parameter) => {
    enter(engine, deviceOf(parameter));
    return variables.readReached(parameter);
  });
  const sums = new Sums(engine);
  const passes = new Map<string, WorkItem>();
  const bytes = stages.map((): PieceBytes[] => []);
  let instance = 0;
  for (let microBatch = 0; microBatch < microBatches; microBatch++) {
    const from = (replica * microBatches + microBatch) * rows;
    const items = stages.map((device, stage) => {
      const forward = new WorkItem(`forward ${microBatch}`, device);
      const backward = new WorkItem(`backward ${microBatch}`, device);
      passes.set(`forward ${stage} ${microBatch}`, forward).set(`backward ${stage} ${microBatch}`, backward);
      return { device, forward, backward };
    });
    // Nothing of the step runs before its beginning was noted.
    const voxels = engine.binding.trace.after([batch.began], () => rowsOf(engine, batch.voxels, from, rows));
    const labels = tensorOf<Tensor1D>(rowsOf(engine, batch.labels, from, rows));
    const moments = new Map<string, BatchMoments>();
    let logitsId = -1;
    let lossId = -1;
    const lossOf = (...given: Tensor[]): Tensor => {
      const byName = new Map(variables.trainable.map(({ name }, index) => [name, given[index]!]));
      const weights = <T extends Tensor>(name: string) => byName.get(name) as T;
      let loss: Tensor | undefined;
      let h: Tensor | undefined;
      for (const [stage, { device, forward, backward }] of items.entries()) {
        const normalise = stepBatchNorm(engine, options, stage, moments, () => instance++);
        const dropout = stepDropout(options, batch.dropoutAt, from);
        const inputs: PieceInputs = { weights, normalise, dropout, precision: options.precision };
        withGradientsAt(
          () => {
            enter(engine, device, forward);
            h ??= inWindows(engine, voxels, options);
            for (const piece of piecesOfStage(options, stage)) {
              const before = forward.bytes;
              const input: Tensor = h;
              h = options.recompute
                ? runTwice(engine, piece, inputs, byName, input, piece !== options.network.pieces[0])
                : piece.run(inputs, input);
              if (microBatch === 0)
                bytes[stage]!.push({ input: 4 * input.size, results: forward.bytes - before });
            }
            if (stage < items.length - 1) return;
            logitsId = tensorId(h);
            // The mean over all parts of the step: the factor costs less here than on each gradient.
            loss = lossOfBatch(options.batchLoss, h as Tensor1D, labels).mul(shareOfMicroBatch(options));
            lossId = tensorId(loss);
            if (batch.scale !== undefined) loss = loss.mul(batch.scale);
          },
          () => enter(engine, device, backward),
        );
      }
      return loss!;
    };
    const { grads } = tf.valueAndGrads(lossOf as Parameters<typeof tf.valueAndGrads>[0])(values);
    for (const [index, parameter] of variables.trainable.entries())
      sums.add(parameter.name, grads[index]!, deviceOf(parameter));
    for (const [layer, { meanId, varianceId }] of moments)
      for (const [name, id] of [
        [`${layer}/moving_mean`, meanId],
        [`${layer}/moving_variance`, varianceId],
      ] as const)
        sums.add(name, revived(engine, id), deviceOf({ name }));
    sums.add('loss', revived(engine, lossId), stages.at(-1)!);
    const said = revived(engine, logitsId).greaterEqual(0);
    sums.add('correct', tf.equal(said, labels.greater(0.5)).cast('float32').sum(), stages.at(-1)!);
  }
  return {
    gradients: variables.trainable.map(({ name }) => sums.of(name)),
    moments: new Map(
      variables.parameters
        .filter(({ name }) => sums.has(name))
        .filter((parameter) => !variables.trainable.includes(parameter))
        .map(({ name }) => [name, sums.of(name)]),
    ),
    loss: sums.of('loss'),
    correct: sums.of('correct'),
    items: stages.map((_, stage) =>
      passesOf(schedule, stage, stages.length, microBatches).map(
        ({ pass, microBatch }) => passes.get(`${pass} ${stage} ${microBatch}`)!,
      ),
    ),
    bytes,
  };
}

/** A piece that keeps its input alone until its backward pass, which belongs to the backward item with all that it repeats. */
function runTwice(
  engine: Engine,
  piece: Piece,
  inputs: PieceInputs,
  weights: ReadonlyMap<string, Tensor>,
  x: Tensor,
  needsGradientOfX: boolean,
): Tensor {
  const names = [...weights.keys()].filter((name) => pieceOf(name) === piece.name);
  const run = (input: Tensor, values: readonly Tensor[]): Tensor => {
    const own = new Map(names.map((name, index) => [name, values[index]!]));
    return piece.run({ ...inputs, weights: <T extends Tensor>(name: string) => own.get(name) as T }, input);
  };
  const values = names.map((name) => weights.get(name)!);
  // The voxels, which the first piece takes, are no result of a weight.
  return recomputed(engine, run, x, values, { needsGradientOfX });
}

function piecesOfStage(options: ProgramOptions, stage: number) {
  const stages = stagesOf(options);
  return options.network.pieces.filter(({ name }) => stages.get(name) === stage);
}

/** Sums that grow by one tensor at a time, so that a tensor's memory is free again once it is added. */
class Sums {
  readonly #engine: Engine;
  readonly #sums = new Map<string, Tensor>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  add(name: string, tensor: Tensor, device: string): void {
    const before = this.#sums.get(name);
    enter(this.#engine, device);
    this.#sums.set(name, before === undefined ? tensor : tf.addN([before, tensor]));
  }

  has(name: string): boolean {
    return this.#sums.has(name);
  }

  of(name: string): Tensor {
    return this.#sums.get(name)!;
  }
}
