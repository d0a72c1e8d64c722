import type { Precision } from '../config/trainingSettings.js';
import { attribute } from '../tensorflow/attributes.js';
import type { TensorReference } from '../tensorflow/binding.js';
import { BFLOAT16, INT32 } from '../tensorflow/dataTypes.js';
import {
  computesOnGpu,
  constantReference,
  runOnReferences,
  type Tensor,
  type Tensor5D,
} from '../tensorflow/tf.js';
import { samePaddingOfAxis } from './axisPadding.js';
import {
  type ConvolutionLayout,
  convolutionAttributes,
  convolveIn,
  ELEMENT_TYPES,
  elementsOf,
  floatOf,
} from './elementConvolution.js';

/**
 * Convolutions on bfloat16 or float16 copies of float32 tensors. On CPUs two parts of those in bfloat16 are computed in
 * other ways, where these are faster (measured: docs/engine.md); which one is chosen follows from shapes alone.
 */

/**
 * Maps of up to so many voxels an edge stay float32: TensorFlow's bfloat16 gradient of the kernel on maps of 2^3 returns
 * values that are not finite now and then (docs/engine.md).
 */
const LARGEST_FLOAT32_EDGE = 2;

/** Whether a convolution with this output map may be computed with bfloat16 or float16. */
export function allowsMixed(outputMap: readonly number[]): boolean {
  return Math.min(...outputMap) > LARGEST_FLOAT32_EDGE;
}

/** A convolution, and both its gradients, on bfloat16 or float16 copies of float32 tensors; of bfloat16, sums inside are float32. */
export function convolveMixed(
  x: Tensor5D,
  kernel: Tensor5D,
  stride: 1 | 2,
  padding: 'same' | 'valid',
  precision: Exclude<Precision, 'float32'> = 'bfloat16',
): Tensor5D {
  const layout: ConvolutionLayout = { stride, padding };
  const mayDiffer = precision === 'bfloat16' && !computesOnGpu();
  return convolveIn(ELEMENT_TYPES[precision], x, kernel, layout, {
    value: mayDiffer && pairsVoxels(x, kernel, layout) ? convolvePairs : undefined,
    kernelGradient: mayDiffer && swapsRoles(x, kernel, layout) ? kernelGradientBySwappedRoles : undefined,
  });
}

const SWAPPED_KERNEL = 3;
const LARGEST_SWAPPED_EDGE = 4;
const FEWEST_SWAPPED_CHANNELS = 64;
const SWAPPED_ROWS = 8;

function swapsRoles(x: Tensor5D, kernel: Tensor5D, { stride, padding }: ConvolutionLayout): boolean {
  const [rows, ...map] = x.shape.slice(0, 4) as [number, ...number[]];
  return (
    stride === 1 &&
    padding === 'same' &&
    kernel.shape.slice(0, 3).every((taps) => taps === SWAPPED_KERNEL) &&
    kernel.shape.slice(3).every((channels) => channels >= FEWEST_SWAPPED_CHANNELS) &&
    map.every((edge) => edge <= LARGEST_SWAPPED_EDGE) &&
    rows % SWAPPED_ROWS === 0
  );
}

/**
 * The kernel's gradient as a convolution without padding of the input with dy: a channel of the input is a row of it, a row
 * is a channel, and dy is the kernel. TensorFlow's own operation for it computes half as fast as a convolution.
 */
function kernelGradientBySwappedRoles(x: Tensor5D, _: Tensor5D, dyId: number): Tensor {
  const channelsAsRows = transposed(elementsOf(x, BFLOAT16), [4, 1, 2, 3, 0]);
  const input = padded(
    channelsAsRows,
    [0, 1, 1, 1, 0].map((voxels) => [voxels, voxels]),
  );
  const dyAsKernel = transposed(dyId, [1, 2, 3, 0, 4]);
  const attributes = convolutionAttributes(BFLOAT16, [1, 1, 1], 'valid');
  const gradient = runOnReferences('Conv3D', attributes, [input, dyAsKernel]);
  return floatOf(gradient, BFLOAT16).transpose([1, 2, 3, 0, 4]);
}

/** A processor multiplies bfloat16 numbers in pairs of input channels: with one channel half of the work would be lost. */
function pairsVoxels(x: Tensor5D, kernel: Tensor5D, { stride, padding }: ConvolutionLayout): boolean {
  return x.shape[4] === 1 && stride === 2 && padding === 'same' && kernel.shape[2] > 1;
}

/** With SAME padding and stride 2: two voxels that follow each other along x are the two channels of one. */
function convolvePairs(x: Tensor5D, kernel: Tensor5D): TensorReference {
  const [rows, ...map] = x.shape.slice(0, 4) as [number, number, number, number];
  const [depth, height, width, , outChannels] = kernel.shape;
  const around = map.map((length, axis) => samePaddingOfAxis(length, kernel.shape[axis]!, 2));
  const odd = width % 2;
  around[2]![1]! += odd; // the last tap of a pair is 0 there
  const [z, y, w] = map.map((length, axis) => length + around[axis]![0] + around[axis]![1]) as Shape3;
  const flatX = padded(reshaped(elementsOf(x, BFLOAT16), [rows, ...map]), [[0, 0], ...around]);
  const flatKernel = reshaped(elementsOf(kernel, BFLOAT16), [depth, height, width, outChannels]);
  const evenKernel = padded(flatKernel, [
    [0, 0],
    [0, 0],
    [0, odd],
    [0, 0],
  ]);
  return runOnReferences('Conv3D', convolutionAttributes(BFLOAT16, [2, 2, 1], 'valid'), [
    reshaped(flatX, [rows, z, y, w / 2, 2]),
    reshaped(evenKernel, [depth, height, (width + odd) / 2, 2, outChannels]),
  ]);
}

type Shape3 = [number, number, number];

function reshaped(id: number, shape: readonly number[]): number {
  const attributes = [attribute.type('T', BFLOAT16), attribute.type('Tshape', INT32)];
  return runOnReferences('Reshape', attributes, [id, constantReference([shape.length], INT32, shape)], shape)
    .id;
}

function transposed(id: number, axes: readonly number[]): number {
  const attributes = [attribute.type('T', BFLOAT16), attribute.type('Tperm', INT32)];
  return runOnReferences('Transpose', attributes, [id, constantReference([axes.length], INT32, axes)]).id;
}

/** Zeros around: how many before and behind, an axis each. */
function padded(id: number, around: readonly (readonly number[])[]): number {
  const attributes = [attribute.type('T', BFLOAT16), attribute.type('Tpaddings', INT32)];
  return runOnReferences('Pad', attributes, [id, constantReference([around.length, 2], INT32, around.flat())])
    .id;
}
