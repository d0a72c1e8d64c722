import { attribute } from '../tensorflow/attributes.js';
import { FLOAT32 } from '../tensorflow/dataTypes.js';
import { runOperation, type Scalar, type Tensor, type Tensor1D, tf } from '../tensorflow/tf.js';

/** Mean binary cross-entropy of logits and labels (0 or 1), in the form that does not overflow. */
export function binaryCrossEntropy(logits: Tensor1D, labels: Tensor1D): Scalar {
  return logits.relu().sub(logits.mul(labels)).add(logits.abs().neg().exp().log1p()).mean();
}

/** l2 times the sum of squares of all kernels, as Keras' L2 regulariser adds to the loss; no gradient is recorded. */
export function l2Penalty(kernels: readonly Tensor[], l2: number): Scalar {
  return tf.addN(kernels.map(sumOfSquares)).mul(l2) as Scalar;
}

/** In one pass over the memory; no gradient is recorded. */
export function sumOfSquares(tensor: Tensor): Scalar {
  return runOperation('L2Loss', [attribute.type('T', FLOAT32)], [tensor], 1)[0]!.mul(2);
}
