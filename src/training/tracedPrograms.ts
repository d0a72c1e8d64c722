import { type AdamSlots, applyAdam } from '../model/adam.js';
import { isTrainable, type NetworkOptions, type Parameter, parametersOf } from '../model/architecture.js';
import { type BatchMoments, normaliseBy, normaliseByBatch } from '../model/layers.js';
import { binaryCrossEntropy, l2Penalty } from '../model/loss.js';
import { type Normalise, resnet3d, type Weights } from '../model/resnet3d.js';
import { attribute } from '../tensorflow/attributes.js';
import type { TensorReference } from '../tensorflow/binding.js';
import { FLOAT32, INT16, RESOURCE } from '../tensorflow/dataTypes.js';
import type { Engine } from '../tensorflow/engine.js';
import type { TensorSpec } from '../tensorflow/tensors.js';
import { type Tensor, type Tensor1D, type Tensor5D, tensorId, tensorOf, tf } from '../tensorflow/tf.js';
import { type TracedFunction, traceFunction } from '../tensorflow/tracedFunction.js';
import { tracedValue } from '../tensorflow/variables.js';

/** Keras' axis moments: average = momentum * average + (1 - momentum) * batch. */
export const BATCH_NORM_MOMENTUM = 0.99;

/** What the programs of a learner are made of. */
export interface ProgramOptions {
  readonly network: NetworkOptions;
  readonly batchSize: number;
  readonly windowHu: { readonly low: number; readonly high: number };
  readonly l2: number;
}

/** The variables as arguments: a weight is followed by its two moments, as tracedLearner.ts creates them. */
class VariableArguments {
  readonly #parameters: readonly Parameter[];
  readonly #slots = new Map<string, AdamSlots>();

  constructor(network: NetworkOptions, resources: readonly TensorReference[]) {
    this.#parameters = parametersOf(network);
    let at = 0;
    for (const parameter of this.#parameters) {
      const weight = resources[at]!;
      if (isTrainable(parameter))
        this.#slots.set(parameter.name, { weight, m: resources[at + 1]!, v: resources[at + 2]! });
      else this.#slots.set(parameter.name, { weight, m: weight, v: weight });
      at += isTrainable(parameter) ? 3 : 1;
    }
  }

  static count(network: NetworkOptions): number {
    return parametersOf(network).reduce((sum, parameter) => sum + (isTrainable(parameter) ? 3 : 1), 0);
  }

  get trainable(): readonly Parameter[] {
    return this.#parameters.filter(isTrainable);
  }

  slots(name: string): AdamSlots {
    return this.#slots.get(name)!;
  }

  read<T extends Tensor>(engine: Engine, { name, shape }: Pick<Parameter, 'name' | 'shape'>): T {
    return tracedValue<T>(engine, this.slots(name).weight, shape);
  }

  reader(engine: Engine): Weights {
    const shapes = new Map(this.#parameters.map(({ name, shape }) => [name, shape]));
    return <T extends Tensor>(name: string): T => this.read<T>(engine, { name, shape: shapes.get(name)! });
  }
}

/** One optimiser step. Arguments: variables, voxels, labels, learning rate, beta powers. Results: loss, probabilities. */
export function traceStep(engine: Engine, options: ProgramOptions): TracedFunction {
  const { network, batchSize, l2 } = options;
  const scalar: TensorSpec = { shape: [], dtype: FLOAT32 };
  const inputs = [
    ...variableSpecs(network),
    voxelSpec(options),
    { shape: [batchSize], dtype: FLOAT32 },
    scalar,
    scalar,
    scalar,
  ];
  return traceFunction(engine, 'training_step', inputs, (given) => {
    const variables = new VariableArguments(network, given);
    const [voxels, labels, learningRate, beta1Power, beta2Power] = given.slice(-5);
    const x = inWindow(engine, voxels!, options);
    const y = tensorOf<Tensor1D>(labels!);
    const { trainable } = variables;
    const moments = new Map<string, BatchMoments>();
    let logitsId = -1;
    const lossOf = (...values: Tensor[]): Tensor => {
      const byName = new Map(trainable.map(({ name }, index) => [name, values[index]!]));
      const normalise: Normalise = (name, input, gamma, beta) =>
        normaliseByBatch(input, gamma, beta, (found) => moments.set(name, found));
      const logits = resnet3d(
        network,
        <T extends Tensor>(name: string) => byName.get(name) as T,
        normalise,
        x,
      );
      logitsId = tensorId(logits);
      const kernels = trainable.flatMap(({ kind }, index) => (kind === 'kernel' ? [values[index]!] : []));
      return binaryCrossEntropy(logits, y).add(l2Penalty(kernels, l2));
    };
    const { value, grads } = tf.valueAndGrads(lossOf as Parameters<typeof tf.valueAndGrads>[0])(
      trainable.map((parameter) => variables.read(engine, parameter)),
    );
    const scalars = {
      learningRate: tensorOf(learningRate!),
      beta1Power: tensorOf(beta1Power!),
      beta2Power: tensorOf(beta2Power!),
    };
    for (const [index, { name }] of trainable.entries())
      applyAdam(engine.binding, variables.slots(name), scalars, grads[index]!);
    for (const [layer, found] of moments) updateAverages(engine, variables, layer, found);
    const logits = tensorOf<Tensor1D>(engine.binding.addTraced(engine.binding.tracedOutput(logitsId)));
    return [referenceOf(value), referenceOf(logits.sigmoid())];
  });
}

/** Arguments: variables, voxels, the share of the averages' first values. Result: probabilities. */
export function tracePrediction(engine: Engine, options: ProgramOptions): TracedFunction {
  const { network } = options;
  const inputs = [...variableSpecs(network), voxelSpec(options), { shape: [], dtype: FLOAT32 }];
  return traceFunction(engine, 'prediction', inputs, (given) => {
    const weights = new VariableArguments(network, given).reader(engine);
    const [voxels, firstShare] = given.slice(-2);
    const share = tensorOf(firstShare!);
    const rest = tf.scalar(1).sub(share);
    const normalise: Normalise = (name, x, gamma, beta) => {
      const mean = weights(`${name}/moving_mean`).div(rest);
      const variance = weights(`${name}/moving_variance`).sub(share).div(rest);
      return normaliseBy(x, gamma, beta, mean, variance);
    };
    return [referenceOf(resnet3d(network, weights, normalise, inWindow(engine, voxels!, options)).sigmoid())];
  });
}

/** Argument: variables. Result: the L2 penalty. */
export function tracePenalty(engine: Engine, { network, l2 }: ProgramOptions): TracedFunction {
  return traceFunction(engine, 'penalty', variableSpecs(network), (given) => {
    const variables = new VariableArguments(network, given);
    const kernels = variables.trainable.filter(({ kind }) => kind === 'kernel');
    return [
      referenceOf(
        l2Penalty(
          kernels.map((kernel) => variables.read(engine, kernel)),
          l2,
        ),
      ),
    ];
  });
}

function variableSpecs(network: NetworkOptions): TensorSpec[] {
  return Array.from({ length: VariableArguments.count(network) }, () => ({ shape: [], dtype: RESOURCE }));
}

function voxelSpec({ batchSize, network }: ProgramOptions): TensorSpec {
  return { shape: [batchSize, ...network.inputSize, 1], dtype: INT16 };
}

/** Hounsfield units (int16) -> [0, 1], on the device. */
function inWindow({ binding }: Engine, voxels: TensorReference, { windowHu }: ProgramOptions): Tensor5D {
  const [floats] = binding.executeOp(
    'Cast',
    [attribute.type('SrcT', INT16), attribute.type('DstT', FLOAT32), attribute.bool('Truncate', false)],
    [voxels.id],
    1,
  );
  const { low, high } = windowHu;
  return tensorOf<Tensor5D>(floats!)
    .clipByValue(low, high)
    .sub(low)
    .div(high - low);
}

/** In the trace: both moving averages of a batch norm layer, after this step's moments. */
function updateAverages(
  engine: Engine,
  variables: VariableArguments,
  layer: string,
  moments: BatchMoments,
): void {
  const { binding } = engine;
  for (const [name, momentId] of [
    ['moving_mean', moments.meanId],
    ['moving_variance', moments.varianceId],
  ] as const) {
    const moment = tensorOf(binding.addTraced(binding.tracedOutput(momentId)));
    const { weight } = variables.slots(`${layer}/${name}`);
    const average = tracedValue(engine, weight, moment.shape);
    const next = average.mul(BATCH_NORM_MOMENTUM).add(moment.mul(1 - BATCH_NORM_MOMENTUM));
    binding.executeOp('AssignVariableOp', [attribute.type('dtype', FLOAT32)], [weight.id, tensorId(next)], 0);
  }
}

function referenceOf(tensor: Tensor): TensorReference {
  return { id: tensorId(tensor), shape: tensor.shape, dtype: FLOAT32 };
}
