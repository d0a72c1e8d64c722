import { isTrainable } from '../../model/architecture.js';
import { normaliseBy } from '../../model/layers.js';
import { l2Penalty } from '../../model/loss.js';
import type { PieceInputs, Weights } from '../../model/network.js';
import type { TensorReference } from '../../tensorflow/binding.js';
import { sumOverGroup } from '../../tensorflow/collectives.js';
import { FLOAT32, INT16 } from '../../tensorflow/dataTypes.js';
import type { Engine } from '../../tensorflow/engine.js';
import { type Tensor, type Tensor1D, tensorOf, tf } from '../../tensorflow/tf.js';
import { type TracedFunction, traceFunction } from '../../tensorflow/tracedFunction.js';
import { rowsOfMicroBatch } from './placement.js';
import { groupKey, type ProgramOptions, stageOfParameters, stagesOf } from './programOptions.js';
import { enter, inWindows, ReplicaVariables, referenceOf, rowsOf, variableSpecs } from './programParts.js';

/** Arguments: variables, voxels, the share of the averages' first values. Result: probabilities; each replica has its rows. */
export function tracePrediction(engine: Engine, options: ProgramOptions): TracedFunction {
  const { network, batchSize, placement } = options;
  const { pieces } = network;
  const stages = stagesOf(options);
  const inputs = [
    ...variableSpecs(options),
    { shape: [batchSize, ...network.inputSize, 1], dtype: INT16 },
    { shape: [], dtype: FLOAT32 },
  ];
  return traceFunction(engine, 'prediction', inputs, (given) => {
    const [voxels, firstShare] = given.slice(-2);
    const rows = rowsOfMicroBatch(batchSize, placement.devices.length);
    const logits = placement.devices.map((devices, replica) => {
      const part = rowsOf(engine, voxels!, replica * rows, rows);
      enter(engine, devices[0]!);
      const inUse = inputsInUse(new ReplicaVariables(engine, options, given, replica), firstShare!);
      return pieces.reduce<Tensor>(
        (h, { name, run }) => {
          enter(engine, devices[stages.get(name)!]!);
          return run(inUse, h);
        },
        inWindows(engine, part, options),
      ) as Tensor1D;
    });
    return [referenceOf((logits.length === 1 ? logits[0]! : tf.concat1d(logits)).sigmoid())];
  });
}

/** What pieces compute with in use: averaged weights where they are kept, batch norm by its moving averages without their first values' share. */
export function inputsInUse(variables: ReplicaVariables, firstShare: TensorReference): PieceInputs {
  const weights = weightsInUse(variables);
  const share = tensorOf(firstShare);
  const rest = tf.scalar(1).sub(share);
  return {
    weights,
    normalise: (name, x, gamma, beta) => {
      const mean = weights(`${name}/moving_mean`).div(rest);
      const variance = weights(`${name}/moving_variance`).sub(share).div(rest);
      return normaliseBy(x, gamma, beta, mean, variance);
    },
  };
}

function weightsInUse(variables: ReplicaVariables): Weights {
  const parameters = new Map(variables.parameters.map((parameter) => [parameter.name, parameter]));
  return <T extends Tensor>(name: string): T => variables.readForUse<T>(parameters.get(name)!);
}

/** Argument: variables. Result: the L2 penalty. */
export function tracePenalty(engine: Engine, options: ProgramOptions): TracedFunction {
  const { network, l2, placement } = options;
  const stageOf = stageOfParameters(options);
  return traceFunction(engine, 'penalty', variableSpecs(options), (given) => {
    const variables = new ReplicaVariables(engine, options, given, 0);
    const kernels = network.parameters.filter((parameter) => parameter.kind === 'kernel');
    const values = kernels.filter(isTrainable).map((kernel) => {
      enter(engine, placement.devices[0]![stageOf(kernel)]!);
      return variables.readForUse(kernel);
    });
    return [referenceOf(l2Penalty(values, l2))];
  });
}

/** Argument: a vector. Result: its sum over all processes. */
export function traceVectorSum(engine: Engine, options: ProgramOptions, length: number): TracedFunction {
  const { placement, ranks } = options;
  return traceFunction(engine, 'vector_sum', [{ shape: [length], dtype: FLOAT32 }], ([vector]) => {
    enter(engine, placement.devices[0]![0]!);
    const group = { key: groupKey(options, 'vectors'), size: ranks.size };
    const sum = { group, instance: length, timeoutSeconds: ranks.timeoutSeconds };
    return [referenceOf(sumOverGroup(engine, tensorOf<Tensor1D>(vector!), sum))];
  });
}
