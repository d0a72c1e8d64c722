import type { Precision } from '../config/trainingSettings.js';
import { attribute, castAttributes } from '../tensorflow/attributes.js';
import type { TensorReference } from '../tensorflow/binding.js';
import { BFLOAT16, FLOAT16, FLOAT32, INT32 } from '../tensorflow/dataTypes.js';
import {
  constantReference,
  runOnReferences,
  type Tensor,
  type Tensor2D,
  type Tensor5D,
  tensorId,
  tensorOf,
  tf,
} from '../tensorflow/tf.js';
import { sizeOf } from './architecture.js';
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

const ELEMENT_TYPES: Readonly<Record<Precision, number>> = {
  float32: FLOAT32,
  bfloat16: BFLOAT16,
  float16: FLOAT16,
};

/**
 * TensorFlow's convolution, with the kernel's gradient as one matrix product a tap over the pairs that meet: always
 * float32, for TensorFlow's own is not always finite here in bfloat16 (docs/engine.md).
 */
export function convolveEightVoxels(
  x: Tensor5D,
  kernel: Tensor5D,
  precision: Precision = 'float32',
): Tensor5D {
  return withGradients(x, kernel, ELEMENT_TYPES[precision], 1, 'same', kernelGradientByTaps);
}

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
  return withGradients(x, kernel, ELEMENT_TYPES[precision], stride, padding);
}

/** Conv3D computed in an element type, with its gradients in the same; or the kernel's by another way. */
function withGradients(
  x: Tensor5D,
  kernel: Tensor5D,
  dtype: number,
  stride: 1 | 2,
  padding: 'same' | 'valid',
  kernelGradient?: (x: Tensor5D, dy: Tensor5D) => Tensor,
): Tensor5D {
  const attributes = [
    attribute.type('T', dtype),
    attribute.ints('strides', [1, stride, stride, stride, 1]),
    attribute.string('padding', padding.toUpperCase()),
    attribute.string('data_format', 'NDHWC'),
    attribute.ints('dilations', [1, 1, 1, 1, 1]),
  ];
  const convolve = tf.customGrad((...given) => {
    const [xs, ks, save] = given as unknown as [Tensor5D, Tensor5D, (tensors: Tensor[]) => void];
    save([xs, ks]);
    return {
      value: floatOf(runOnReferences('Conv3D', attributes, [cast(xs, dtype), cast(ks, dtype)]), dtype),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [savedX, savedK] = saved as [Tensor5D, Tensor5D];
        const ownDy = cast(dy, dtype);
        const dx = runOnReferences(
          'Conv3DBackpropInputV2',
          [...attributes, attribute.type('Tshape', INT32)],
          [shapeOf(savedX), cast(savedK, dtype), ownDy],
          savedX.shape,
        );
        const ofKernel = (): Tensor =>
          floatOf(
            runOnReferences(
              'Conv3DBackpropFilterV2',
              attributes,
              [cast(savedX, dtype), shapeOf(savedK), ownDy],
              savedK.shape,
            ),
            dtype,
          );
        return [floatOf(dx, dtype), kernelGradient?.(savedX, dy as Tensor5D) ?? ofKernel()];
      },
    };
  });
  return convolve(x, kernel) as Tensor5D;
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

type Shape5 = [number, number, number, number, number];

/** Taps 0, 1, 2 of one axis: first voxels of input and output that meet there, and how many do. */
const AXIS_TAPS = [
  { input: 0, output: 1, count: 1 },
  { input: 0, output: 0, count: 2 },
  { input: 1, output: 0, count: 1 },
] as const;

function edgesOf({ shape }: Tensor5D): number[] {
  return shape.slice(1, 4);
}

/** The number of a tensor in the element type. */
function cast(tensor: Tensor, dtype: number): number {
  const id = tensorId(tensor);
  return dtype === FLOAT32 ? id : runOnReferences('Cast', castAttributes(FLOAT32, dtype), [id]).id;
}

function floatOf(reference: TensorReference, dtype: number): Tensor {
  return tensorOf(
    dtype === FLOAT32 ? reference : runOnReferences('Cast', castAttributes(dtype, FLOAT32), [reference.id]),
  );
}

function shapeOf({ shape }: Tensor): number {
  return constantReference([shape.length], INT32, shape);
}
