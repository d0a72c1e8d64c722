import { type Scalar, type Tensor, type Tensor1D, tf } from '../tensorflow/tf.js';

/** Mean binary cross-entropy of logits and labels (0 or 1), in the form that does not overflow. */
export function binaryCrossEntropy(logits: Tensor1D, labels: Tensor1D): Scalar {
  return logits.relu().sub(logits.mul(labels)).add(logits.abs().neg().exp().log1p()).mean();
}

/** l2 times the sum of squares of all kernels, as Keras' L2 regulariser adds to the loss. */
export function l2Penalty(kernels: readonly Tensor[], l2: number): Scalar {
  return tf.addN(kernels.map((kernel) => kernel.square().sum())).mul(l2) as Scalar;
}
