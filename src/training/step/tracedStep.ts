import { isTrainable, type Parameter } from '../../model/architecture.js';
import { sumOfSquares } from '../../model/loss.js';
import { applyUpdate, choose, type StepScalars } from '../../model/optimizers.js';
import { attribute } from '../../tensorflow/attributes.js';
import type { TensorReference } from '../../tensorflow/binding.js';
import { orderCollectives } from '../../tensorflow/collectives.js';
import { FLOAT32, INT16 } from '../../tensorflow/dataTypes.js';
import type { Engine } from '../../tensorflow/engine.js';
import type { TensorSpec } from '../../tensorflow/tensors.js';
import { type Tensor, tensorId, tensorOf, tf } from '../../tensorflow/tf.js';
import { type TracedFunction, traceFunction } from '../../tensorflow/tracedFunction.js';
import { unscaled } from './lossScaling.js';
import { deviceOfMean, type StepMeans, stepMeans } from './meanGradients.js';
import { EMA, type ProgramOptions, stageOfParameters } from './programOptions.js';
import { enter, ReplicaVariables, referenceOf, variableSpecs } from './programParts.js';
import { replicaGradients } from './replicaGradients.js';
import { type DeviceMemory, stepMemory } from './stepMemory.js';
import { arrange, type MeasuredItem, Moments } from './stepTimes.js';

/** Keras' axis moments: average = momentum * average + (1 - momentum) * batch. */
export const BATCH_NORM_MOMENTUM = 0.99;

/** Numbers that a step takes, in this order. */
export const STEP_SCALARS = [
  ...(['learningRate', 'beta1Power', 'beta2Power', 'lossScale'] as const),
  /** emaRest: what the average of a weight takes of it. */
  ...(['emaRest', 'stop', 'step', 'firstRow'] as const),
] as const;

export interface TracedStep {
  /**
   * Arguments: variables, voxels, labels, STEP_SCALARS. Results: loss, correct rows, stop,
   * 1 where all gradients are finite (else nothing was changed); then in seconds when the step
   * began, had all gradients, their means, and the new weights; then when each of `items` began and ended.
   */
  readonly program: TracedFunction;
  readonly items: readonly MeasuredItem[];
  /** An estimate, by device. */
  readonly memory: readonly DeviceMemory[];
}

/** One optimiser step on all devices. `measured` adds the times of each stage's passes. */
export function traceStep(engine: Engine, options: ProgramOptions, measured = false): TracedStep {
  const { network, batchSize, placement } = options;
  const scalar: TensorSpec = { shape: [], dtype: FLOAT32 };
  const inputs = [
    ...variableSpecs(options),
    { shape: [batchSize, ...network.inputSize, 1], dtype: INT16 },
    { shape: [batchSize], dtype: FLOAT32 },
    ...STEP_SCALARS.map(() => scalar),
  ];
  let items: MeasuredItem[] = [];
  let memory: readonly DeviceMemory[] = [];
  const program = traceFunction(engine, 'training_step', inputs, (given) => {
    const [voxels, labels, ...scalars] = given.slice(-2 - STEP_SCALARS.length);
    const [learningRate, beta1Power, beta2Power, lossScale, emaRest, stop, step, firstRow] = scalars.map(
      (value) => tensorOf(value),
    );
    const dropoutAt = { step: step!, firstRow: firstRow! };
    const moments = new Moments(engine);
    const began = moments.mark([]);
    const scale = options.lossScaling ? lossScale! : undefined;
    const variables = placement.devices.map((_, r) => new ReplicaVariables(engine, options, given, r));
    const replicas = variables.map((own, r) =>
      replicaGradients(engine, options, own, r, {
        voxels: voxels!,
        labels: labels!,
        began,
        scale,
        dropoutAt,
      }),
    );
    const stamps = arrange(engine, options, replicas, measured);
    items = stamps.items;
    memory = stepMemory(options, replicas);
    moments.mark(replicas.flatMap(({ gradients, loss }) => [...gradients, loss]));
    const penalty = penaltyOf(engine, options, variables, scale);
    const scaled = stepMeans(engine, options, replicas, stop!, penalty.gradients);
    orderCollectives(
      engine,
      replicas.flatMap((replica) => replica.items.flat()),
    );
    const { means, finite } =
      scale === undefined ? { means: scaled, finite: undefined } : unscaled(engine, options, scaled, scale);
    moments.mark([...means.of.values(), means.loss, means.correct]);
    update(engine, options, variables, means, {
      learningRate: learningRate!,
      beta1Power: beta1Power!,
      beta2Power: beta2Power!,
      finite,
      emaRest: emaRest!,
    });
    moments.mark([], engine.binding.trace.sideEffects);
    enter(engine, placement.devices[0]!.at(-1)!);
    return [
      referenceOf(means.loss.add(penalty.value)),
      referenceOf(means.correct),
      referenceOf(means.stop.add(0)),
      referenceOf(finite === undefined ? tf.scalar(1) : finite.cast('float32')),
      ...moments.marked,
      ...stamps.times,
    ];
  });
  return { program, items, memory };
}

/** The L2 penalty of the weights as they are, and its gradients, scaled as the loss' own are, each where the mean of its weight is formed. */
function penaltyOf(
  engine: Engine,
  options: ProgramOptions,
  replicas: readonly ReplicaVariables[],
  scale: Tensor | undefined,
): { readonly value: Tensor; readonly gradients: ReadonlyMap<string, Tensor> } {
  const { network, placement, l2 } = options;
  const stageOf = stageOfParameters(options);
  const deviceOf = deviceOfMean(options);
  const gradients = new Map<string, Tensor>();
  const squares: Tensor[] = [];
  for (const parameter of network.parameters.filter(({ kind }) => kind === 'kernel' && l2 > 0)) {
    const device = deviceOf(parameter);
    const replica = placement.devices.findIndex((stages) => stages[stageOf(parameter)] === device);
    enter(engine, device);
    const weight = replicas[replica]!.read(parameter);
    squares.push(sumOfSquares(weight));
    const gradient = weight.mul(2 * l2);
    gradients.set(parameter.name, scale === undefined ? gradient : gradient.mul(scale));
  }
  enter(engine, placement.devices[0]!.at(-1)!);
  return { value: l2 === 0 ? tf.scalar(0) : tf.addN(squares).mul(l2), gradients };
}

/** All variables of all replicas. */
function update(
  engine: Engine,
  options: ProgramOptions,
  replicas: readonly ReplicaVariables[],
  means: StepMeans,
  scalars: StepScalars & { readonly emaRest: Tensor },
): void {
  const { network, placement, emaDecay, optimizer } = options;
  const stageOf = stageOfParameters(options);
  const { parameters } = network;
  const gradients = new Map(parameters.filter(isTrainable).map(({ name }) => [name, means.of.get(name)!]));
  clip(engine, options, gradients);
  for (const [replica, variables] of replicas.entries())
    for (const parameter of parameters) {
      enter(engine, placement.devices[replica]![stageOf(parameter)]!);
      const gradient = gradients.get(parameter.name);
      if (gradient === undefined) updateAverage(engine, variables, parameter, means, scalars.finite);
      else {
        applyUpdate(engine, optimizer, variables.slots(parameter), scalars, gradient);
        if (emaDecay > 0) updateEma(engine, variables, parameter, scalars.emaRest, scalars.finite);
      }
    }
}

/** Shortens all gradients together to the wanted length (Pascanu et al., 2013). */
function clip(engine: Engine, options: ProgramOptions, gradients: Map<string, Tensor>): void {
  const { clipNorm, placement } = options;
  if (clipNorm === 0) return;
  const deviceOf = deviceOfMean(options);
  const squares = [...gradients].map(([name, gradient]) => {
    enter(engine, deviceOf({ name }));
    return sumOfSquares(gradient);
  });
  enter(engine, placement.devices[0]!.at(-1)!);
  const norm = tf.addN(squares).sqrt();
  const factor = tf.minimum(tf.scalar(1), tf.scalar(clipNorm).div(norm));
  for (const [name, gradient] of gradients) {
    enter(engine, deviceOf({ name }));
    gradients.set(name, gradient.mul(factor));
  }
}

/** Batch norm's moving average, after this step's mean moment. */
function updateAverage(
  engine: Engine,
  variables: ReplicaVariables,
  parameter: Parameter,
  means: StepMeans,
  finite: Tensor | undefined,
): void {
  const average = variables.read(parameter);
  const moment = means.of.get(parameter.name)!;
  const next = average.mul(BATCH_NORM_MOMENTUM).add(moment.mul(1 - BATCH_NORM_MOMENTUM));
  assign(engine, variables.reference(parameter.name), keptUnless(finite, average, next));
}

/**
 * average - rest * (average - weight), which passes over the memory once less than decay * average + rest * weight.
 * The weight's own update, added just before, comes first.
 */
function updateEma(
  engine: Engine,
  variables: ReplicaVariables,
  parameter: Parameter,
  rest: Tensor,
  finite: Tensor | undefined,
): void {
  const { binding } = engine;
  const { trace } = binding;
  const name = `${EMA}/${parameter.name}`;
  const weight = trace.after(trace.sideEffects.slice(-1), () => variables.read(parameter));
  const away = variables.read({ ...parameter, name }).sub(weight);
  const taken = finite === undefined ? rest : choose(finite, rest, tf.scalar(0));
  binding.executeOp(
    'ResourceApplyGradientDescent',
    [attribute.type('T', FLOAT32), attribute.bool('use_locking', false)],
    [variables.reference(name).id, tensorId(taken), tensorId(away)],
    0,
  );
}

/** A step whose gradients are not finite changes nothing. */
function keptUnless(finite: Tensor | undefined, old: Tensor, next: Tensor): Tensor {
  return finite === undefined ? next : choose(finite, next, old);
}

function assign({ binding }: Engine, { id }: TensorReference, value: Tensor): void {
  binding.executeOp('AssignVariableOp', [attribute.type('dtype', FLOAT32)], [id, tensorId(value)], 0);
}
