import type { OptimizerSettings } from '../config/optimizerSettings.js';
import { attribute } from '../tensorflow/attributes.js';
import type { TensorReference } from '../tensorflow/binding.js';
import { FLOAT32 } from '../tensorflow/dataTypes.js';
import type { Engine } from '../tensorflow/engine.js';
import { runOperation, type Tensor, tensorId, tensorOf, tf } from '../tensorflow/tf.js';

/** Kingma, Ba, "Adam", ICLR 2015, in the form with lr_t; epsilon as Keras 2.1. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** What a step gives to all its updates. */
export interface StepScalars {
  readonly learningRate: Tensor;
  /** Adam's beta1 and beta2 to the power of the step's number, from 1. */
  readonly beta1Power: Tensor;
  readonly beta2Power: Tensor;
  /** A bool: where it is false, nothing changes; undefined: it is always true. */
  readonly finite?: Tensor | undefined;
}

/** Resource handles of a weight and what the optimiser keeps for it, arguments of the function being traced. */
export interface WeightSlots {
  readonly weight: TensorReference;
  /** In the order of `slotsOf`. */
  readonly slots: readonly TensorReference[];
}

/** Names of what an optimiser keeps for each weight; all begin at 0. */
export function slotsOf(name: OptimizerSettings['name']): readonly string[] {
  return name === 'sgd' ? ['sgd/momentum'] : ['adam/m', 'adam/v'];
}

/** `there` where the bool is true, `otherwise` where not. */
export function choose<T extends Tensor>(condition: Tensor, there: T, otherwise: Tensor): T {
  return runOperation('SelectV2', [attribute.type('T', FLOAT32)], [condition, there, otherwise], 1)[0] as T;
}

/** In a trace: one update of a weight in place. */
export function applyUpdate(
  engine: Engine,
  options: OptimizerSettings,
  target: WeightSlots & { readonly isKernel: boolean },
  given: StepScalars,
  mean: Tensor,
): void {
  const { finite } = given;
  // Without a gradient and with a rate of 0 a weight stays, to the bit; a gradient that is not finite must not meet a 0.
  const orZero = (value: Tensor): Tensor =>
    finite === undefined ? value : choose(finite, value, tf.scalar(0));
  const gradient = orZero(mean);
  const scalars: StepScalars = { ...given, learningRate: orZero(given.learningRate) };
  if (options.name === 'sgd' && finite !== undefined)
    applyMomentumWhere(engine, options, target, { ...scalars, finite }, gradient);
  else if (options.name === 'sgd') applyMomentum(engine, options, target, scalars, gradient);
  else if (options.name === 'adam' || !target.isKernel) applyAdam(engine, target, scalars, gradient);
  else {
    const decay = scalars.learningRate.mul(options.weightDecay);
    const { trace } = engine.binding;
    // Not before the gradient is there: until then the forward passes read the weight.
    const { oper } = engine.binding.tracedOutput(tensorId(gradient)).output;
    trace.after([oper], () => decayWeight(engine, target.weight, decay, gradient.shape));
    trace.after(trace.sideEffects.slice(-1), () => applyAdam(engine, target, scalars, gradient));
  }
}

function applyAdam(
  { binding }: Engine,
  { weight, slots }: WeightSlots,
  { learningRate, beta1Power, beta2Power, finite }: StepScalars,
  gradient: Tensor,
): void {
  // With betas of 1 the moments stay as they are.
  const betas = [ADAM.beta1, ADAM.beta2].map((value) =>
    finite === undefined ? tf.scalar(value) : choose(finite, tf.scalar(value), tf.scalar(1)),
  );
  const tensors = [beta1Power, beta2Power, learningRate, ...betas, tf.scalar(ADAM.epsilon), gradient];
  binding.executeOp(
    'ResourceApplyAdam',
    updateAttributes(),
    [weight.id, ...slots.map(({ id }) => id), ...tensors.map(tensorId)],
    0,
  );
}

/** momentum * velocity - learningRate * gradient, added to the weight (Keras' SGD). */
function applyMomentum(
  { binding }: Engine,
  { momentum }: OptimizerSettings,
  { weight, slots }: WeightSlots,
  { learningRate }: StepScalars,
  gradient: Tensor,
): void {
  binding.executeOp(
    'ResourceApplyKerasMomentum',
    updateAttributes(),
    [weight.id, slots[0]!.id, tensorId(learningRate), tensorId(gradient), tensorId(tf.scalar(momentum))],
    0,
  );
}

/** As `applyMomentum`, whose operation moves the weight by its velocity even without a gradient: here not. */
function applyMomentumWhere(
  { binding }: Engine,
  { momentum }: OptimizerSettings,
  { weight, slots }: WeightSlots,
  { learningRate, finite }: StepScalars & { readonly finite: Tensor },
  gradient: Tensor,
): void {
  const dtype = attribute.type('dtype', FLOAT32);
  const [slot] = binding.executeOp('ReadVariableOp', [dtype], [slots[0]!.id], 1, [gradient.shape]);
  const velocity = tensorOf(slot!);
  const next = choose(finite, velocity.mul(momentum).sub(gradient.mul(learningRate)), velocity);
  binding.executeOp('AssignVariableOp', [dtype], [slots[0]!.id, tensorId(next)], 0);
  const change = choose(finite, next, tf.scalar(0));
  binding.executeOp('AssignAddVariableOp', [dtype], [weight.id, tensorId(change)], 0);
}

function decayWeight({ binding }: Engine, weight: TensorReference, share: Tensor, shape: number[]): void {
  const dtype = attribute.type('dtype', FLOAT32);
  const [value] = binding.executeOp('ReadVariableOp', [dtype], [weight.id], 1, [shape]);
  const [part] = binding.executeOp('Mul', [attribute.type('T', FLOAT32)], [value!.id, tensorId(share)], 1);
  binding.executeOp('AssignSubVariableOp', [dtype], [weight.id, part!.id], 0);
}

const updateAttributes = () => [
  attribute.type('T', FLOAT32),
  attribute.bool('use_locking', false),
  attribute.bool('use_nesterov', false),
];
