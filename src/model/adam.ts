import { attribute } from '../tensorflow/attributes.js';
import type { Binding, TensorReference } from '../tensorflow/binding.js';
import { FLOAT32 } from '../tensorflow/dataTypes.js';
import { type Tensor, tensorId, tf } from '../tensorflow/tf.js';

/** Kingma, Ba, "Adam", ICLR 2015, in the form with lr_t; epsilon as Keras 2.1. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Resource handles of a weight and its moments, arguments of the function being traced. */
export interface AdamSlots {
  readonly weight: TensorReference;
  readonly m: TensorReference;
  readonly v: TensorReference;
}

/** What all updates of a step share. */
export interface AdamScalars {
  readonly learningRate: Tensor;
  /** beta1 and beta2 to the power of the step's number, from 1. */
  readonly beta1Power: Tensor;
  readonly beta2Power: Tensor;
}

/** In a trace: one update of a weight in place. */
export function applyAdam(
  binding: Binding,
  { weight, m, v }: AdamSlots,
  { learningRate, beta1Power, beta2Power }: AdamScalars,
  gradient: Tensor,
): void {
  const scalars = [ADAM.beta1, ADAM.beta2, ADAM.epsilon].map((value) => tf.scalar(value));
  binding.executeOp(
    'ResourceApplyAdam',
    [
      attribute.type('T', FLOAT32),
      attribute.bool('use_locking', false),
      attribute.bool('use_nesterov', false),
    ],
    [
      ...[weight.id, m.id, v.id],
      ...[beta1Power, beta2Power, learningRate, ...scalars, gradient].map(tensorId),
    ],
    0,
  );
}
