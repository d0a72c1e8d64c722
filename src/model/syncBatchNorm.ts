import { type Tensor, type Tensor1D, type Tensor5D, tensorId, tf } from '../tensorflow/tf.js';
import { BATCH_NORM_EPSILON, type BatchMoments } from './layers.js';

/** The sum of a vector over all replicas, on each of them. */
export type SumOverReplicas = <T extends Tensor>(vector: T) => T;

const AXES = [0, 1, 2, 3];

/**
 * As `normaliseByBatch`, by the moments of all replicas' batches together: each replica calls it with its own part of the
 * batch. Mean and variance are summed one after the other (two passes), so that the variance loses no digits; `known` ones
 * spare these sums.
 */
export function normaliseByAllReplicas(
  x: Tensor5D,
  gamma: Tensor1D,
  beta: Tensor1D,
  replicas: number,
  sum: SumOverReplicas,
  onMoments: (moments: BatchMoments) => void,
  known?: { readonly mean: Tensor; readonly variance: Tensor },
): Tensor5D {
  const count = (replicas * x.size) / x.shape[4];
  const normalise = tf.customGrad((...given) => {
    const [xs, g, b, save] = given as unknown as [Tensor5D, Tensor1D, Tensor1D, (tensors: Tensor[]) => void];
    const mean = known?.mean ?? sum(xs.sum(AXES)).div(count);
    const centred = xs.sub(mean);
    const variance = known?.variance ?? sum(centred.square().sum(AXES)).div(count);
    onMoments({ meanId: tensorId(mean), varianceId: tensorId(variance) });
    const inverse = variance.add(BATCH_NORM_EPSILON).rsqrt();
    const normalised = centred.mul(inverse);
    save([normalised, inverse, g]);
    return {
      value: normalised.mul(g).add(b),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [xHat, inv, g1] = saved as [Tensor, Tensor, Tensor];
        // This replica's own sums are the gradients of gamma and beta: those of all replicas are added up later.
        const dBeta = dy.sum(AXES);
        const dGamma = dy.mul(xHat).sum(AXES);
        const [allBeta, allGamma] = sum(tf.stack([dBeta, dGamma]))
          .div(count)
          .unstack();
        const dx = dy.sub(allBeta!).sub(xHat.mul(allGamma!)).mul(inv.mul(g1));
        return [dx, dGamma, dBeta];
      },
    };
  });
  return normalise(x, gamma, beta) as Tensor5D;
}
