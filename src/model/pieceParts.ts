import { type Tensor, type Tensor1D, type Tensor2D, type Tensor5D, tf } from '../tensorflow/tf.js';
import { convolve, convolveWithoutBias, rectify } from './layers.js';
import type { PieceInputs } from './network.js';

/*
 * Parts of which pieces of one's own are made, by the same code as those of the table: the fast convolutions, batch norm of any
 * number of devices, dropout that a resume repeats. Any operation of TensorFlow.js may stand beside them.
 */

/** Shapes of parameters by their names. */
type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * Parameters of conv(): a kernel of kernel^3 taps and, unless told otherwise, a bias.
 * @example
 * convShapes('eye/conv', 3, 1, 8) //=> { 'eye/conv/kernel': [ 3, 3, 3, 1, 8 ], 'eye/conv/bias': [ 8 ] }
 */
export function convShapes(
  name: string,
  kernel: number,
  inChannels: number,
  outChannels: number,
  { bias = true }: { readonly bias?: boolean } = {},
): Shapes {
  return {
    [`${name}/kernel`]: [kernel, kernel, kernel, inChannels, outChannels],
    ...(bias ? { [`${name}/bias`]: [outChannels] } : {}),
  };
}

/**
 * Parameters of norm() and normRelu().
 * @example
 * Object.keys(normShapes('eye/bn', 8)).length //=> 4
 */
export function normShapes(name: string, channels: number): Shapes {
  const kinds = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
  return Object.fromEntries(kinds.map((kind) => [`${name}/${kind}`, [channels]]));
}

/**
 * Parameters of dense().
 * @example
 * denseShapes('say/dense', 16) //=> { 'say/dense/kernel': [ 16, 1 ], 'say/dense/bias': [ 1 ] }
 */
export function denseShapes(name: string, inputs: number, units = 1): Shapes {
  return { [`${name}/kernel`]: [inputs, units], [`${name}/bias`]: [units] };
}

/**
 * A 3D convolution of maps [batch, depth, height, width, channels]; padded so that stride 1 keeps their size and 2 halves it, rounded up.
 * `name`: of its parameters, as convShapes() has it.
 * @example
 * const eye: Piece = { name: 'eye', run: (p, x) => conv(p, 'eye/conv', x, { stride: 2 }) };
 */
export function conv(
  { weights, precision, plain }: PieceInputs,
  name: string,
  x: Tensor,
  { stride = 1, bias = true }: { readonly stride?: 1 | 2; readonly bias?: boolean } = {},
): Tensor5D {
  const maps = x as Tensor5D;
  const kernel = weights<Tensor5D>(`${name}/kernel`);
  if (plain === true) {
    const y = tf.conv3d(maps, kernel, stride, 'same');
    return bias ? y.add(weights<Tensor1D>(`${name}/bias`)) : y;
  }
  return bias
    ? convolve(maps, kernel, weights<Tensor1D>(`${name}/bias`), stride, 'same', precision)
    : convolveWithoutBias(maps, kernel, stride, 'same', precision);
}

/**
 * Batch norm of maps, by the batch while training, by moving averages in use. `name`: of its parameters, as normShapes() has it.
 * @example
 * const eye: Piece = { name: 'eye', run: (p, x) => norm(p, 'eye/bn', conv(p, 'eye/conv', x)) };
 */
export function norm({ weights, normalise }: PieceInputs, name: string, x: Tensor): Tensor5D {
  return normalise(name, x as Tensor5D, weights(`${name}/gamma`), weights(`${name}/beta`));
}

/**
 * Batch norm, then ReLU.
 * @example
 * const eye: Piece = { name: 'eye', run: (p, x) => normRelu(p, 'eye/bn', conv(p, 'eye/conv', x)) };
 */
export function normRelu(inputs: PieceInputs, name: string, x: Tensor): Tensor5D {
  return rectify(norm(inputs, name, x));
}

/**
 * The mean over each map: [batch, channels].
 * @example
 * const say: Piece = { name: 'say', run: (p, x) => dense(p, 'say/dense', meanOfMaps(x)) };
 */
export function meanOfMaps(x: Tensor): Tensor2D {
  return x.mean([1, 2, 3]);
}

/**
 * Features [batch, inputs] -> [batch, units]. `name`: of its parameters, as denseShapes() has it.
 * @example
 * const say: Piece = { name: 'say', run: (p, x) => dense(p, 'say/dense', meanOfMaps(x)) };
 */
export function dense({ weights }: PieceInputs, name: string, x: Tensor): Tensor2D {
  return (x as Tensor2D).matMul(weights<Tensor2D>(`${name}/kernel`)).add(weights<Tensor1D>(`${name}/bias`));
}

/**
 * While training a share `rate` is left out, and the rest is made larger in proportion: of maps whole channels of a row. `name` tells two of a
 * network apart. What is left out follows from seed, step and row.
 * @example
 * const say: Piece = {
 *   name: 'say',
 *   run: (p, x) => dense(p, 'say/dense', dropout(p, 'say', meanOfMaps(x), 0.3)),
 * };
 */
export function dropout<T extends Tensor>(inputs: PieceInputs, name: string, x: T, rate: number): T {
  return inputs.dropout?.(name, x, rate) ?? x;
}
