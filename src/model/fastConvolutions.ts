import type { Precision } from '../config/trainingSettings.js';
import { type Tensor, type Tensor2D, type Tensor5D, tf } from '../tensorflow/tf.js';
import { sizeOf } from './architecture.js';
import { convolveIn, ELEMENT_TYPES, type Shape5 } from './elementConvolution.js';
import type { KernelReach } from './kernelReach.js';

/**
 * The same convolutions as tf.conv3d, by other operations where those are faster for the maps at hand (measured:
 * docs/engine.md). Which one is chosen follows from shapes alone: layers.ts.
 */

/**
 * One matrix product, where the output is a single voxel (kernelReach.ts). `kernel` may be whole, or the part that is
 * reached: the slice's gradient is zero at the other taps, as the convolution's would be.
 */
export function convolveToOneVoxel(x: Tensor5D, kernel: Tensor5D, reach: KernelReach): Tensor5D {
  const [batch] = x.shape;
  const [, , , inChannels, outChannels] = kernel.shape;
  const taps = sizeOf({ shape: reach.size });
  return x
    .reshape([batch, taps * inChannels])
    .matMul(reachedPart(kernel, reach).reshape([taps * inChannels, outChannels]))
    .reshape([batch, 1, 1, 1, outChannels]);
}

/** The taps of a kernel that are reached. */
export function reachedPart(kernel: Tensor5D, { begin, size }: KernelReach): Tensor5D {
  if (size.every((taps, axis) => taps === kernel.shape[axis])) return kernel;
  const [, , , inChannels, outChannels] = kernel.shape;
  return kernel.slice([...begin, 0, 0] as Shape5, [...size, inChannels, outChannels] as Shape5);
}

/** A 3^3 convolution on a map of 2^3: only 64 of the 216 pairs of a tap and an output voxel meet a voxel. */
export function seesEightVoxels(x: Tensor5D, kernel: Tensor5D, stride: 1 | 2): boolean {
  return edgesOf(x).every((edge) => edge === 2) && stride === 1 && kernel.shape[0] === 3;
}

/**
 * TensorFlow's convolution, with the kernel's gradient as one matrix product a tap over the pairs that meet: always
 * float32, for TensorFlow's own is not always finite here in bfloat16 (docs/engine.md).
 */
export function convolveEightVoxels(
  x: Tensor5D,
  kernel: Tensor5D,
  precision: Precision = 'float32',
): Tensor5D {
  const layout = { stride: 1, padding: 'same' } as const;
  return convolveIn(ELEMENT_TYPES[precision], x, kernel, layout, { kernelGradient: kernelGradientByTaps });
}

/** On maps of 2^3 with SAME padding: voxel i of the input meets voxel o of the output at tap i - o + 1 of each axis. */
function kernelGradientByTaps(x: Tensor5D, dy: Tensor5D): Tensor {
  const [batch, , , , inChannels] = x.shape;
  const outChannels = dy.shape[4];
  const taps: Tensor[] = [];
  for (const z of AXIS_TAPS)
    for (const y of AXIS_TAPS)
      for (const w of AXIS_TAPS) {
        const size = [z.count, y.count, w.count];
        const pairs = batch * z.count * y.count * w.count;
        const input = x.slice([0, z.input, y.input, w.input, 0], [batch, ...size, inChannels] as Shape5);
        const output = dy.slice([0, z.output, y.output, w.output, 0], [
          batch,
          ...size,
          outChannels,
        ] as Shape5);
        taps.push(
          tf.matMul(
            input.reshape([pairs, inChannels]) as Tensor2D,
            output.reshape([pairs, outChannels]) as Tensor2D,
            true,
          ),
        );
      }
  return tf.stack(taps).reshape([3, 3, 3, inChannels, outChannels]);
}

/** Taps 0, 1, 2 of one axis: first voxels of input and output that meet there, and how many do. */
const AXIS_TAPS = [
  { input: 0, output: 1, count: 1 },
  { input: 0, output: 0, count: 2 },
  { input: 1, output: 0, count: 1 },
] as const;

function edgesOf({ shape }: Tensor5D): number[] {
  return shape.slice(1, 4);
}
