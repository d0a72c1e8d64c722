import type { Precision } from '../config/trainingSettings.js';
import { attribute } from '../tensorflow/attributes.js';
import type { TensorReference } from '../tensorflow/binding.js';
import { BFLOAT16, FLOAT32, INT32 } from '../tensorflow/dataTypes.js';
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

/**
 * The same convolutions as tf.conv3d, by other operations where those are faster for the maps at hand (measured:
 * docs/engine.md). Which one is chosen follows from shapes alone: layers.ts.
 */

/** On a map of one voxel, with SAME padding, all taps of a 3^3 kernel but the centre one meet zeros. */
export function seesOnlyCentre(x: Tensor5D, kernel: Tensor5D, stride: 1 | 2): boolean {
  return edgesOf(x).every((edge) => edge === 1) && stride === 1 && kernel.shape[0] === 3;
}

/**
 * One matrix product. The slice's gradient is zero at the other taps, as the convolution's would be, so that L2 and Adam
 * still see the whole kernel.
 */
export function convolveCentreTap(x: Tensor5D, kernel: Tensor5D): Tensor5D {
  const [batch] = x.shape;
  const [, , , inChannels, outChannels] = kernel.shape;
  const centre = kernel.slice([1, 1, 1, 0, 0], [1, 1, 1, inChannels, outChannels]);
  return x
    .reshape([batch, inChannels])
    .matMul(centre.reshape([inChannels, outChannels]))
    .reshape([batch, 1, 1, 1, outChannels]);
}

/** From 2^3 to one voxel by stride 2: with SAME padding the output meets the first two taps of each axis. */
export function seesCorner(x: Tensor5D, kernel: Tensor5D, stride: 1 | 2): boolean {
  return edgesOf(x).every((edge) => edge === 2) && stride === 2 && kernel.shape[0] === 3;
}

/** One matrix product over the eight voxels. */
export function convolveCorner(x: Tensor5D, kernel: Tensor5D): Tensor5D {
  const [batch] = x.shape;
  const [, , , inChannels, outChannels] = kernel.shape;
  const corner = kernel.slice([0, 0, 0, 0, 0], [2, 2, 2, inChannels, outChannels]);
  return x
    .reshape([batch, 8 * inChannels])
    .matMul(corner.reshape([8 * inChannels, outChannels]))
    .reshape([batch, 1, 1, 1, outChannels]);
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
  const dtype = precision === 'bfloat16' ? BFLOAT16 : FLOAT32;
  return withGradients(x, kernel, dtype, 1, 'same', kernelGradientByTaps);
}

/**
 * Maps of up to so many voxels an edge stay float32: TensorFlow's bfloat16 gradient of the kernel on maps of 2^3 returns
 * values that are not finite now and then (docs/engine.md).
 */
const LARGEST_FLOAT32_EDGE = 2;

/** Whether a convolution with this output map may be computed with bfloat16. */
export function allowsMixed(outputMap: readonly number[]): boolean {
  return Math.min(...outputMap) > LARGEST_FLOAT32_EDGE;
}

/** A convolution, and both its gradients, on bfloat16 copies of float32 tensors; sums inside are float32. */
export function convolveMixed(
  x: Tensor5D,
  kernel: Tensor5D,
  stride: 1 | 2,
  padding: 'same' | 'valid',
): Tensor5D {
  return withGradients(x, kernel, BFLOAT16, stride, padding);
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

function castAttributes(from: number, to: number) {
  return [attribute.type('SrcT', from), attribute.type('DstT', to), attribute.bool('Truncate', false)];
}

function shapeOf({ shape }: Tensor): number {
  return constantReference([shape.length], INT32, shape);
}
