import { UsageError } from '../errors.js';
import { attribute } from '../tensorflow/attributes.js';
import { FLOAT32 } from '../tensorflow/dataTypes.js';
import { runOperation, type Scalar, type Tensor, type Tensor1D, tf } from '../tensorflow/tf.js';

/** A loss of one's own. */
export interface OwnLoss {
  /** As checkpoints call it. */
  readonly name: string;
  /** The loss of each row, [rows], of logits of class 1 and labels (0 or 1): operations of TensorFlow.js that have gradients. */
  readonly ofRows: (logits: Tensor1D, labels: Tensor1D) => Tensor;
}

/** What a batch is scored by. */
export interface BatchLoss {
  readonly kind: 'cross-entropy' | 'focal';
  /** Of `focal`. */
  readonly focalGamma: number;
  /** Of `focal`: factor of class 1, 1 less it that of class 0; 0 = none. */
  readonly focalAlpha: number;
  /** Factors of rows of class 0 and 1. */
  readonly classFactors: readonly [number, number];
  /** In place of `kind`. */
  readonly own?: OwnLoss;
}

export const PLAIN_LOSS: BatchLoss = {
  kind: 'cross-entropy',
  focalGamma: 0,
  focalAlpha: 0,
  classFactors: [1, 1],
};

/**
 * The loss of logits and labels (0 or 1): the sum of all rows' losses, each times the factor of its class, divided by the number
 * of rows, as Keras' class_weight has it. So it is a mean that can be taken by parts, whatever classes are in a part. Throws UsageError
 * for an own loss of another shape.
 */
export function lossOfBatch(loss: BatchLoss, logits: Tensor1D, labels: Tensor1D): Scalar {
  const focal = loss.kind === 'focal' && loss.own === undefined;
  const [other, nodule] = loss.classFactors.map((factor, index) =>
    focal && loss.focalAlpha > 0 ? factor * (index === 1 ? loss.focalAlpha : 1 - loss.focalAlpha) : factor,
  ) as [number, number];
  const rows =
    loss.own !== undefined
      ? ownOfRows(loss.own, logits, labels)
      : focal
        ? focalOfRows(logits, labels, loss.focalGamma)
        : crossEntropyOfRows(logits, labels);
  if (other === 1 && nodule === 1) return rows.mean();
  return rows.mul(labels.mul(nodule - other).add(other)).mean();
}

function ownOfRows({ name, ofRows }: OwnLoss, logits: Tensor1D, labels: Tensor1D): Tensor1D {
  const rows = ofRows(logits, labels);
  if (rows.shape.join() !== logits.shape.join())
    throw new UsageError(
      `loss ${JSON.stringify(name)}: expected a number for each row, [${logits.shape.join()}], received [${rows.shape.join(', ')}]: the mean is taken outside, over all devices`,
    );
  return rows as Tensor1D;
}

/** In the form that does not overflow. */
function crossEntropyOfRows(logits: Tensor1D, labels: Tensor1D): Tensor1D {
  return logits.relu().sub(logits.mul(labels)).add(logits.abs().neg().exp().log1p());
}

/**
 * Cross-entropy times (1 - p)^gamma, p being the probability of the row's own class (Lin et al., "Focal Loss", ICCV 2017). By
 * logarithms: neither a power of 0 nor its gradient is ever formed.
 */
function focalOfRows(logits: Tensor1D, labels: Tensor1D, gamma: number): Tensor1D {
  // The logit of the row's own class.
  const own = logits.mul(labels.mul(2).sub(1));
  const rest = own.abs().neg().exp().log1p();
  const crossEntropy = own.relu().sub(own).add(rest);
  // -log(1 - p)
  const certainty = own.relu().add(rest);
  return crossEntropy.mul(certainty.mul(-gamma).exp());
}

/** l2 times the sum of squares of all kernels, as Keras' L2 regulariser adds to the loss; no gradient is recorded. */
export function l2Penalty(kernels: readonly Tensor[], l2: number): Scalar {
  return tf.addN(kernels.map(sumOfSquares)).mul(l2) as Scalar;
}

/** In one pass over the memory; no gradient is recorded. */
export function sumOfSquares(tensor: Tensor): Scalar {
  return runOperation('L2Loss', [attribute.type('T', FLOAT32)], [tensor], 1)[0]!.mul(2);
}
