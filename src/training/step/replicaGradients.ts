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

/** What a replica takes of the step's batch. */
interface BatchInTrace {
  readonly voxels: TensorReference;
  readonly labels: TensorReference;
  readonly began: Address;
  /** The gradients, but not the loss, are multiplied by it. */
  readonly scale: Tensor | undefined;
  readonly dropoutAt: DropoutPlace;
}

/** In a trace: forward and backward of one replica's share of the batch. */
export function replicaGradients(
  engine: Engine,
  options: ProgramOptions,
  variables: ReplicaVariables,
  replica: number,
  batch: BatchInTrace,
): ReplicaGradients {
  const { devices, microBatches, schedule } = options.placement;
  const stages = devices[replica]!;
  const stageOf = stageOfParameters(options);
  const deviceOf = (parameter: { readonly name: string }): string => stages[stageOf(parameter)]!;
  const values = variables.trainable.map((parameter) => {
    enter(engine, deviceOf(parameter));
    return variables.readReached(parameter);
  });
  const sums = new Sums(engine);
  const bytes = stages.map((): PieceBytes[] => []);
  const works: StageWork[][] = [];
  let instances = 0;
  const nextInstance = (): number => instances++;
  for (let number = 0; number < microBatches; number++) {
    const items = stages.map((device) => ({
      device,
      forward: new WorkItem(`forward ${number}`, device),
      backward: new WorkItem(`backward ${number}`, device),
    }));
    works.push(items);
    const from = (replica * microBatches + number) * microBatchRows(options);
    const part = new MicroBatch({ engine, options, variables, batch, items, from, nextInstance });
    const grads = part.gradients(values, number === 0 ? bytes : undefined);
    for (const [index, parameter] of variables.trainable.entries())
      sums.add(parameter.name, grads[index]!, deviceOf(parameter));
    for (const [name, moment] of part.moments()) sums.add(name, moment, deviceOf({ name }));
    sums.add('loss', part.loss(), stages.at(-1)!);
    sums.add('correct', part.correct(), stages.at(-1)!);
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
        ({ pass, microBatch }) => works[microBatch]![stage]![pass],
      ),
    ),
    bytes,
  };
}

/** What a stage does for a micro-batch. */
interface StageWork {
  readonly device: string;
  readonly forward: WorkItem;
  readonly backward: WorkItem;
}

/** What a micro-batch is made of: the rows from `from` on, and by stage what is done for them. */
interface MicroBatchInTrace {
  readonly engine: Engine;
  readonly options: ProgramOptions;
  readonly variables: ReplicaVariables;
  readonly batch: BatchInTrace;
  readonly items: readonly StageWork[];
  readonly from: number;
  readonly nextInstance: () => number;
}

/** Its forward and backward pass. */
class MicroBatch {
  readonly #of: MicroBatchInTrace;
  readonly #voxels: TensorReference;
  readonly #labels: Tensor1D;
  readonly #moments = new Map<string, BatchMoments>();
  // Of tensors that are disposed of with the gradients' tape: what is needed of them later is revived.
  #logitsId = -1;
  #lossId = -1;

  constructor(of: MicroBatchInTrace) {
    const { engine, options, batch, from } = of;
    this.#of = of;
    const rows = microBatchRows(options);
    // Nothing of the step runs before its beginning was noted.
    this.#voxels = engine.binding.trace.after([batch.began], () => rowsOf(engine, batch.voxels, from, rows));
    this.#labels = tensorOf<Tensor1D>(rowsOf(engine, batch.labels, from, rows));
  }

  /** By trainable parameter. `bytes`: by stage, takes those of each piece. */
  gradients(values: Tensor[], bytes: readonly PieceBytes[][] | undefined): readonly Tensor[] {
    const lossOf = (...given: Tensor[]): Tensor => this.#forward(given, bytes);
    return tf.valueAndGrads(lossOf as Parameters<typeof tf.valueAndGrads>[0])(values).grads;
  }

  #forward(values: readonly Tensor[], bytes: readonly PieceBytes[][] | undefined): Tensor {
    const { engine, options, variables, items } = this.#of;
    const byName = new Map(variables.trainable.map(({ name }, index) => [name, values[index]!]));
    let x: Tensor | undefined;
    let loss: Tensor | undefined;
    for (const [stage, { device, forward, backward }] of items.entries()) {
      const inputs = this.#inputsOf(stage, byName);
      withGradientsAt(
        () => {
          enter(engine, device, forward);
          x ??= inWindows(engine, this.#voxels, options);
          x = this.#throughStage(stage, x, inputs, byName, bytes?.[stage]);
          if (stage === items.length - 1) loss = this.#lossOf(x as Tensor1D);
        },
        () => enter(engine, device, backward),
      );
    }
    return loss!;
  }

  #inputsOf(stage: number, byName: ReadonlyMap<string, Tensor>): PieceInputs {
    const { engine, options, batch, from, nextInstance } = this.#of;
    const weights = <T extends Tensor>(name: string) => byName.get(name) as T;
    const normalise = stepBatchNorm(engine, options, stage, this.#moments, nextInstance);
    const dropout = stepDropout(options, batch.dropoutAt, from);
    return { weights, normalise, dropout, precision: options.precision };
  }

  #throughStage(
    stage: number,
    voxelsOrMaps: Tensor,
    inputs: PieceInputs,
    byName: ReadonlyMap<string, Tensor>,
    bytes: PieceBytes[] | undefined,
  ): Tensor {
    const { engine, options, items } = this.#of;
    const { forward } = items[stage]!;
    let x = voxelsOrMaps;
    for (const piece of piecesOfStage(options, stage)) {
      const before = forward.bytes;
      const input = x;
      x = options.recompute
        ? runTwice(engine, piece, inputs, byName, input, piece !== options.network.pieces[0])
        : piece.run(inputs, input);
      bytes?.push({ input: 4 * input.size, results: forward.bytes - before });
    }
    return x;
  }

  #lossOf(logits: Tensor1D): Tensor {
    const { options, batch } = this.#of;
    this.#logitsId = tensorId(logits);
    // The mean over all parts of the step: the factor costs less here than on each gradient.
    const loss = lossOfBatch(options.batchLoss, logits, this.#labels).mul(shareOfMicroBatch(options));
    this.#lossId = tensorId(loss);
    return batch.scale === undefined ? loss : loss.mul(batch.scale);
  }

  /** By the names of the moving averages that they go to. */
  *moments(): Generator<readonly [string, Tensor]> {
    for (const [layer, { meanId, varianceId }] of this.#moments) {
      yield [`${layer}/moving_mean`, revived(this.#of.engine, meanId)];
      yield [`${layer}/moving_variance`, revived(this.#of.engine, varianceId)];
    }
  }

  loss(): Tensor {
    return revived(this.#of.engine, this.#lossId);
  }

  correct(): Tensor {
    const said = revived(this.#of.engine, this.#logitsId).greaterEqual(0);
    return tf.equal(said, this.#labels.greater(0.5)).cast('float32').sum();
  }
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
