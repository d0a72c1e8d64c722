import type { Precision } from '../config/trainingSettings.js';
import { attribute } from '../tensorflow/attributes.js';
import { FLOAT32 } from '../tensorflow/dataTypes.js';
import { runOperation, type Tensor, type Tensor1D, type Tensor5D, tensorId, tf } from '../tensorflow/tf.js';
import { convolveEightVoxels, convolveToOneVoxel, seesEightVoxels } from './fastConvolutions.js';
import { kernelReach } from './kernelReach.js';
import { allowsMixed, convolveMixed } from './mixedConvolutions.js';

/**
 * max(x, 0) with TensorFlow's own gradient: that of TensorFlow.js makes four more tensors of x's size, one of them a constant
 * of ones that lies in the program.
 */
export function rectify(x: Tensor5D): Tensor5D {
  const attributes = [attribute.type('T', FLOAT32)];
  const relu = tf.customGrad((...given) => {
    const [xs, save] = given as unknown as [Tensor5D, (tensors: Tensor[]) => void];
    const y = runOperation('Relu', attributes, [xs], 1)[0]!;
    save([y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => runOperation('ReluGrad', attributes, [dy, saved[0]!], 1)[0]!,
    };
  });
  return relu(x) as Tensor5D;
}

/** Mean and variance (biased) of each channel over a batch, as numbers of the binding. */
export interface BatchMoments {
  readonly meanId: number;
  readonly varianceId: number;
}

export const BATCH_NORM_EPSILON = 1e-3;

/**
 * Convolution with bias; `kernel` is depth, height, width, in, out: whole, or the part of it that its map reaches
 * (kernelReach.ts), which gives the same.
 */
export function convolve(
  x: Tensor5D,
  kernel: Tensor5D,
  bias: Tensor1D,
  stride: 1 | 2,
  padding: 'same' | 'valid',
  precision: Precision = 'float32',
): Tensor5D {
  return convolveWithoutBias(x, kernel, stride, padding, precision).add(bias);
}

/** By the fastest of the ways that give the same numbers (and, where it is wished, by bfloat16 or float16). */
export function convolveWithoutBias(
  x: Tensor5D,
  kernel: Tensor5D,
  stride: 1 | 2,
  padding: 'same' | 'valid',
  precision: Precision = 'float32',
): Tensor5D {
  const reach =
    padding === 'same' ? kernelReach(x.shape.slice(1, 4), kernel.shape.slice(0, 3), stride) : undefined;
  if (reach !== undefined) return convolveToOneVoxel(x, kernel, reach);
  if (seesEightVoxels(x, kernel, stride)) return convolveEightVoxels(x, kernel, precision);
  const outputMap = x.shape.slice(1, 4).map((edge) => Math.ceil(edge / stride));
  return precision !== 'float32' && allowsMixed(outputMap)
    ? convolveMixed(x, kernel, stride, padding, precision)
    : tf.conv3d(x, kernel, stride, padding);
}

/** Normalises each channel by the batch's own moments, which are handed to `onMoments`. */
export function normaliseByBatch(
  x: Tensor5D,
  gamma: Tensor1D,
  beta: Tensor1D,
  onMoments: (moments: BatchMoments) => void,
): Tensor5D {
  const [batch, depth, height, width, channels] = x.shape;
  const flat: [number, number, number, number] = [batch * depth, height, width, channels];
  const attributes = [
    attribute.type('T', FLOAT32),
    attribute.type('U', FLOAT32),
    attribute.float('epsilon', BATCH_NORM_EPSILON),
    attribute.string('data_format', 'NHWC'),
    attribute.bool('is_training', true),
  ];
  const normalise = tf.customGrad((...given) => {
    const [xs, g, b, save] = given as unknown as [Tensor5D, Tensor1D, Tensor1D, (tensors: Tensor[]) => void];
    const none = tf.tensor1d([]);
    const [y, mean, variance, ...reserved] = runOperation(
      'FusedBatchNormV3',
      [...attributes, attribute.float('exponential_avg_factor', 1)],
      [xs.reshape(flat), g, b, none, none],
      6,
    ) as [Tensor, Tensor, Tensor, ...Tensor[]];
    // The operation's variance is the unbiased estimate, for moving averages of another kind.
    const count = batch * depth * height * width;
    const biased = variance.mul(count > 1 ? (count - 1) / count : 1);
    onMoments({ meanId: tensorId(mean), varianceId: tensorId(biased) });
    save([xs, g, ...reserved]);
    return {
      value: y.reshape(x.shape),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x5, g1, ...reserve] = saved as [Tensor, Tensor, ...Tensor[]];
        const [dx, dGamma, dBeta] = runOperation(
          'FusedBatchNormGradV3',
          attributes,
          [dy.reshape(flat), x5.reshape(flat), g1, ...reserve],
          5,
        ) as [Tensor, Tensor, Tensor];
        return [dx.reshape(x.shape), dGamma, dBeta];
      },
    };
  });
  return normalise(x, gamma, beta) as Tensor5D;
}

/** Normalises each channel by given moments. */
export function normaliseBy(
  x: Tensor5D,
  gamma: Tensor1D,
  beta: Tensor1D,
  mean: Tensor,
  variance: Tensor,
): Tensor5D {
  const scale = gamma.div(variance.add(BATCH_NORM_EPSILON).sqrt());
  return x.mul(scale).add(beta.sub(mean.mul(scale)));
}
