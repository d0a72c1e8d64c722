import { type Tensor, type Tensor1D, type Tensor2D, type Tensor5D, tf } from '../tensorflow/tf.js';
import { type NetworkOptions, residualBlocks } from './architecture.js';
import { convolve } from './layers.js';

/** The value of a parameter by its name. */
export type Weights = <T extends Tensor>(name: string) => T;

/** Batch norm of the layer `name`: by the batch's moments in training, by moving averages in use. */
export type Normalise = (name: string, x: Tensor5D, gamma: Tensor1D, beta: Tensor1D) => Tensor5D;

/**
 * Logits of class 1, [batch], of ResNet3D-18 for x [batch, depth, height, width, 1] in [0, 1].
 * Parameters as architecture.ts lists them.
 */
export function resnet3d(
  options: NetworkOptions,
  weights: Weights,
  normalise: Normalise,
  x: Tensor5D,
): Tensor1D {
  const conv = (name: string, input: Tensor5D, stride: 1 | 2, padding: 'same' | 'valid' = 'same'): Tensor5D =>
    convolve(input, weights(`${name}/kernel`), weights(`${name}/bias`), stride, padding);
  const normRelu = (name: string, input: Tensor5D): Tensor5D =>
    tf.relu(normalise(name, input, weights(`${name}/gamma`), weights(`${name}/beta`)));

  let h = normRelu('stem/bn', conv('stem/conv', x, 2));
  h = tf.maxPool3d(h, 3, 2, 'same');
  for (const { name, stride, preActivated, projects } of residualBlocks(options)) {
    let residual = preActivated ? normRelu(`${name}/bn1`, h) : h;
    residual = conv(`${name}/conv1`, residual, stride);
    residual = conv(`${name}/conv2`, normRelu(`${name}/bn2`, residual), 1);
    // The shortcut takes the block's raw input, before its batch norm.
    const shortcut = projects ? conv(`${name}/shortcut`, h, stride, 'valid') : h;
    h = residual.add(shortcut);
  }
  h = normRelu('head/bn', h);
  const features = h.mean([1, 2, 3]) as Tensor2D;
  const logits = features
    .matMul(weights<Tensor2D>('head/dense/kernel'))
    .add(weights<Tensor1D>('head/dense/bias'));
  return logits.reshape([-1]);
}
